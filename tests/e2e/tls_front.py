"""Speaks TLS on one port and hands what it gets to another: tls_front.py CERTIFICATE KEY FROM TO"""
import asyncio
import ssl
import sys


async def pour(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main(certificate, key, from_port, to_port):
    async def serve(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", int(to_port))
        await asyncio.gather(pour(reader, inner_writer), pour(inner_reader, writer))

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(serve, "127.0.0.1", int(from_port), ssl=context)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
