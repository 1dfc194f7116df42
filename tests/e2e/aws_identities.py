#!/usr/bin/python3
"""Larder's AWS identities against servers that insist on what AWS documents, at the very addresses
AWS has: aws_identities.sh runs it in a network namespace whose loopback has them all."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import aws_servers as aws

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
METADATA, METADATA_V6 = "169.254.169.254", "fd00:ec2::254"
POD_IDENTITY, POD_IDENTITY_V6, ECS = "169.254.170.23", "fd00:ec2::23", "169.254.170.2"
POD_PATH, TASK_PATH = "/v1/credentials", "/v2/credentials/7e42-0b1c"
PUT_TOKEN, GET_ROLES = "PUT /latest/api/token", "GET /latest/meta-data/iam/security-credentials/"


class IdentityCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="larder-aws."))
        self.addCleanup(shutil.rmtree, self.directory)

    def serve(self, host, answer, port=80):
        server = aws.Server(host, port, answer)
        self.addCleanup(server.close)
        return server

    def ask(self, keys, environment=None, settings=(), **ecr):
        """What the probe tells, in front of an ECR that knows these keys alone."""
        self.ecr = self.serve("127.0.0.1", aws.ecr(keys, **ecr), port=0)
        api = f"http://127.0.0.1:{self.ecr.server_address[1]}"
        ran = subprocess.run([os.environ["AWS_PROBE"], "ecr", REGISTRY, "--api", api, *settings],
                             env=environment or {}, capture_output=True, text=True, timeout=30,
                             check=True)
        told = json.loads(ran.stdout)
        for secret in aws.SECRETS:
            self.assertNotIn(secret, ran.stdout + ran.stderr)
        return told

    def expect_credential(self, told, source):
        self.assertEqual((told.get("username"), told.get("password")), ("AWS", aws.PASSWORD), told)
        self.assertEqual(told["source"], source)
        self.assertEqual(self.ecr.complaints, [])


class InstanceRole(IdentityCase):
    SOURCE = f"instance metadata, role {aws.ROLE}"

    def test_gives_keys_by_version_two(self):
        server = self.serve(METADATA, aws.metadata())
        self.expect_credential(self.ask(aws.INSTANCE), self.SOURCE)
        self.assertEqual(server.asked, [PUT_TOKEN, GET_ROLES, GET_ROLES + aws.ROLE])
        self.assertEqual(server.complaints, [])

    def test_gives_keys_over_ipv6(self):
        server = self.serve(METADATA_V6, aws.metadata())
        told = self.ask(aws.INSTANCE, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"})
        self.expect_credential(told, self.SOURCE)
        self.assertEqual(server.complaints, [])

    def test_begins_another_session_when_one_is_over(self):
        server = self.serve(METADATA, aws.metadata(uses=1))
        self.expect_credential(self.ask(aws.INSTANCE), self.SOURCE)
        self.assertEqual(server.asked, [PUT_TOKEN, GET_ROLES, GET_ROLES + aws.ROLE, PUT_TOKEN,
                                        GET_ROLES + aws.ROLE])

    def test_is_not_waited_for_when_its_hop_limit_swallows_the_session(self):
        server = self.serve(METADATA, lambda request: None)
        told = self.ask(aws.INSTANCE)
        self.assertIn("timeout: AWS keys: instance metadata: ", told["error"])
        self.assertIn("not set up: environment: AWS_ACCESS_KEY_ID is not set", told["error"])
        self.assertLess(told["took_s"], 2)
        self.assertEqual(server.asked, [PUT_TOKEN])

    def test_is_never_asked_by_version_one(self):
        server = self.serve(METADATA, lambda request: (403, {}, b"no"))
        self.assertIn("answers the session with HTTP 403", self.ask(aws.INSTANCE)["error"])
        self.assertEqual(server.asked, [PUT_TOKEN])

    def test_leads_nowhere_else(self):
        other = self.serve("127.0.0.1", aws.metadata(), port=0)
        location = f"http://127.0.0.1:{other.server_address[1]}/latest/api/token"
        self.serve(METADATA, lambda request: (302, {"Location": location}, b""))
        self.assertIn("HTTP 302", self.ask(aws.INSTANCE)["error"])
        self.assertEqual(other.asked, [])

    def test_can_be_switched_off(self):
        server = self.serve(METADATA, aws.metadata())
        told = self.ask(aws.INSTANCE, {"AWS_EC2_METADATA_DISABLED": "true"})
        self.assertIn("not_found: no AWS keys: ", told["error"])
        self.assertEqual(server.asked, [])

    def test_may_not_be_there(self):
        told = self.ask(aws.INSTANCE)
        self.assertIn("AWS keys: instance metadata: ", told["error"])
        self.assertLess(told["took_s"], 2)


class Containers(IdentityCase):
    def token_file(self, text):
        file = self.directory / "token"
        file.write_text(text)
        return file

    def pod(self, file, host=f"http://{POD_IDENTITY}"):
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": host + POD_PATH,
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}

    def test_give_pods_keys(self):
        file = self.token_file("s3cretToken.of.pod\n")
        server = self.serve(POD_IDENTITY, aws.agent(POD_PATH, lambda: file.read_text().strip()))
        self.expect_credential(self.ask(aws.AGENT, self.pod(file)), f"container, {POD_IDENTITY}")
        file.write_text("rotated")
        self.expect_credential(self.ask(aws.AGENT, self.pod(file)), f"container, {POD_IDENTITY}")
        self.assertEqual(server.asked, [f"GET {POD_PATH}"] * 2)
        self.assertEqual(server.complaints, [])

    def test_give_pods_keys_over_ipv6(self):
        file = self.token_file("s3cretToken.of.pod")
        self.serve(POD_IDENTITY_V6, aws.agent(POD_PATH, lambda: "s3cretToken.of.pod"))
        told = self.ask(aws.AGENT, self.pod(file, f"http://[{POD_IDENTITY_V6}]"))
        self.expect_credential(told, f"container, [{POD_IDENTITY_V6}]")

    def test_refuse_a_wrong_token(self):
        server = self.serve(POD_IDENTITY, aws.agent(POD_PATH, lambda: "another"))
        told = self.ask(aws.AGENT, self.pod(self.token_file("s3cretToken.of.pod")))
        self.assertIn(f"denied: AWS keys: container: {POD_IDENTITY} answers HTTP 401",
                      told["error"])
        self.assertEqual(server.asked, [f"GET {POD_PATH}"])

    def test_are_asked_again_when_they_fail(self):
        self.calls = 0
        good = aws.agent(POD_PATH, lambda: "s3cretToken.of.pod")

        def fail_twice(request):
            self.calls += 1
            return good(request) if self.calls == 3 else (503, {}, b"starting")

        self.serve(POD_IDENTITY, fail_twice)
        told = self.ask(aws.AGENT, self.pod(self.token_file("s3cretToken.of.pod")))
        self.expect_credential(told, f"container, {POD_IDENTITY}")

    def test_give_tasks_keys(self):
        server = self.serve(ECS, aws.agent(TASK_PATH, lambda: None))
        told = self.ask(aws.AGENT, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": TASK_PATH})
        self.expect_credential(told, f"container, {ECS}")
        self.assertEqual(server.asked, [f"GET {TASK_PATH}"])

    def test_give_tasks_with_a_token_keys(self):
        self.serve(ECS, aws.agent(TASK_PATH, lambda: "s3cretToken.of.task"))
        told = self.ask(aws.AGENT, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": TASK_PATH,
                                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "s3cretToken.of.task"})
        self.expect_credential(told, f"container, {ECS}")

    def test_get_no_token_in_clear_anywhere_else(self):
        trap = self.serve(METADATA, aws.metadata())
        file = self.token_file("s3cretToken.of.pod")
        told = self.ask(aws.AGENT, self.pod(file, f"http://{METADATA}"))
        self.assertIn("denied: AWS keys: container: AWS_CONTAINER_CREDENTIALS_FULL_URI is plain "
                      f"http to {METADATA}", told["error"])
        self.assertEqual(trap.asked, [])


class Ecr(IdentityCase):
    STATIC = {"AccessKeyId": "AKIASTATIC", "SecretAccessKey": "s3cretKey/+instance", "Token": None}
    ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIASTATIC",
                   "AWS_SECRET_ACCESS_KEY": "s3cretKey/+instance"}

    def test_takes_a_signature_by_its_own_clock(self):
        for ahead_s in (7200, -7200):
            told = self.ask(self.STATIC, self.ENVIRONMENT, ahead_s=ahead_s)
            self.expect_credential(told, "environment")
            self.assertEqual(self.ecr.asked, ["POST /"] * 2)

    def test_refuses_other_keys(self):
        told = self.ask({**self.STATIC, "SecretAccessKey": "other"}, self.ENVIRONMENT)
        self.assertIn("denied: with the keys of environment: ECR 127.0.0.1", told["error"])
        self.assertIn("HTTP 400 InvalidSignatureException", told["error"])
        self.assertEqual(self.ecr.asked, ["POST /"])


if __name__ == "__main__":
    unittest.main()
