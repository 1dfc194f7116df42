#!/usr/bin/python3
"""Asks a TLS listener as a proxy would: with a PROXY protocol header, version 2, in front.

send_proxied.py HOST PORT CA SOURCE PATH

Prints the status of the answer, or "closed" when there is none.
"""
import http.client
import ipaddress
import socket
import ssl
import struct
import sys

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
VERSION_2_PROXY, TCP_OVER_IPV4 = 0x21, 0x11


def main():
    host, port, ca, source, path = sys.argv[1:]
    context = ssl.create_default_context(cafile=ca)
    try:
        with socket.create_connection((host, int(port)), timeout=5) as plain:
            plain.sendall(header(source, plain.getpeername()))
            with context.wrap_socket(plain, server_hostname=host) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
                                   "Connection: close\r\n\r\n".encode())
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                print(answer.status)
    except (ConnectionError, ssl.SSLError, http.client.HTTPException):
        print("closed")


def header(source, to):
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(to[0]).packed
    body = addresses + struct.pack("!HH", 40000, to[1])
    return SIGNATURE + struct.pack("!BBH", VERSION_2_PROXY, TCP_OVER_IPV4, len(body)) + body


if __name__ == "__main__":
    main()
