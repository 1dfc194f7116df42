#!/usr/bin/python3
"""Larder's AWS identities against moto as IAM, STS and ECR: aws_moto.sh starts it and runs this
with moto's own Python.

The password that moto's ECR gives is "<account>-auth-token", of the account whose keys signed: it
tells which identity was used. While it enforces, moto checks signatures and policies as AWS does;
it cannot do so for AssumeRoleWithWebIdentity.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

import boto3

MOTO = os.environ["MOTO"]
REGION = "eu-west-1"
REGISTRY = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"
OWN, OTHER = "123456789012", "222222222222"
PULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
    "ecr:GetAuthorizationToken", "sts:AssumeRole"]}]}
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
                                                "Action": ["ecr:DescribeRepositories"]}]}


def client(service):
    return boto3.client(service, region_name=REGION, endpoint_url=MOTO, aws_access_key_id="x",
                        aws_secret_access_key="x")


def let_pass(requests):
    """Without a check, so many from now on."""
    request = urllib.request.Request(f"{MOTO}/moto-api/reset-auth", data=requests.encode(),
                                     headers={"Content-Type": "text/plain"})
    with urllib.request.urlopen(request):
        pass


def user(policy):
    """A new user's keys."""
    iam = client("iam")
    name = "user-" + os.urandom(4).hex()
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return iam.create_access_key(UserName=name)["AccessKey"]


class MotoCase(unittest.TestCase):
    def setUp(self):
        let_pass("inf")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="larder-moto."))
        self.addCleanup(shutil.rmtree, self.directory)
        self.secrets = []

    def enforce(self):
        let_pass("0")
        self.addCleanup(let_pass, "inf")

    def file(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return str(path)

    def ask(self, environment, *settings, registry=REGISTRY):
        ran = subprocess.run(
            [os.environ["AWS_PROBE"], "ecr", registry, "--api", MOTO, "--sts", MOTO, *settings],
            env={"AWS_EC2_METADATA_DISABLED": "true", **environment}, capture_output=True,
            text=True, timeout=30, check=True)
        for secret in self.secrets:
            self.assertNotIn(secret, ran.stdout + ran.stderr)
        return json.loads(ran.stdout)

    def environment(self, keys):
        self.secrets.append(keys["SecretAccessKey"])
        return {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}

    def shared_files(self, keys, config):
        self.secrets.append(keys["SecretAccessKey"])
        credentials = (f"[base]\naws_access_key_id = {keys['AccessKeyId']}\n"
                       f"aws_secret_access_key = {keys['SecretAccessKey']}\n")
        return {"AWS_SHARED_CREDENTIALS_FILE": self.file("credentials", credentials),
                "AWS_CONFIG_FILE": self.file("config", config)}

    def expect(self, told, account, source):
        self.assertEqual((told.get("username"), told.get("password"), told["source"]),
                         ("AWS", f"{account}-auth-token", source), told)


class StaticKeys(MotoCase):
    def test_of_the_environment(self):
        environment = self.environment(user(PULL))
        self.enforce()
        self.expect(self.ask(environment), OWN, "environment")

    def test_without_the_right_are_denied_in_words_that_help(self):
        environment = self.environment(user(DENY))
        self.enforce()
        error = self.ask(environment)["error"]
        self.assertIn("denied: with the keys of environment: ECR 127.0.0.1:", error)
        self.assertIn("AccessDenied", error)
        self.assertIn("not authorized to perform: ecr:GetAuthorizationToken", error)

    def test_with_a_wrong_secret_are_denied(self):
        environment = self.environment(user(PULL))
        environment["AWS_SECRET_ACCESS_KEY"] = "wr0ng-secret"
        self.secrets.append("wr0ng-secret")
        self.enforce()
        self.assertRegex(self.ask(environment)["error"], "denied: .*(InvalidSignature|Signature)")

    def test_nobody_knows_are_denied(self):
        self.enforce()
        error = self.ask({"AWS_ACCESS_KEY_ID": "AKIANOBODY",
                          "AWS_SECRET_ACCESS_KEY": "s"})["error"]
        self.assertRegex(error, "denied: .*(UnrecognizedClient|InvalidClientTokenId)")


class Profiles(MotoCase):
    ROLE = f"arn:aws:iam::{OTHER}:role/mirror"

    def test_with_keys(self):
        files = self.shared_files(user(PULL), "")
        self.enforce()
        self.expect(self.ask({**files, "AWS_PROFILE": "base"}), OWN, 'profile "base"')

    def test_with_a_role_of_another_account(self):
        files = self.shared_files(user(PULL), "[profile ci]\nsource_profile = base\n"
                                              f"role_arn = {self.ROLE}\nexternal_id = x\n")
        self.expect(self.ask(files, "--profile", "ci"), OTHER,
                    f'profile "ci", {self.ROLE} by profile "base"')

    def test_with_a_role_are_signed_for(self):
        iam = client("iam")
        keys = user(PULL)
        trust = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "*"}}]}
        name = "role-" + os.urandom(4).hex()
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(PULL))
        role = f"arn:aws:iam::{OWN}:role/{name}"
        files = self.shared_files(keys, f"[profile ci]\nsource_profile=base\nrole_arn={role}\n")
        self.enforce()
        self.expect(self.ask(files, "--profile", "ci"), OWN,
                    f'profile "ci", {role} by profile "base"')

    def test_with_a_role_that_is_refused(self):
        files = self.shared_files(user(DENY), "[profile ci]\nsource_profile = base\n"
                                              f"role_arn = {self.ROLE}\n")
        self.enforce()
        error = self.ask(files, "--profile", "ci")["error"]
        self.assertIn('denied: AWS keys: shared files: profile "ci": ' + self.ROLE, error)
        self.assertIn("not authorized to perform: sts:AssumeRole", error)

    def test_that_do_not_exist(self):
        error = self.ask({}, "--profile", "none")["error"]
        self.assertIn('shared files: profile "none" does not exist', error)


class WebIdentity(MotoCase):
    ROLE = f"arn:aws:iam::{OTHER}:role/irsa"

    def test_gets_a_roles_keys(self):
        told = self.ask({"AWS_ROLE_ARN": self.ROLE, "AWS_REGION": REGION,
                         "AWS_WEB_IDENTITY_TOKEN_FILE": self.file("token", "eyJ.a.b\n")})
        self.expect(told, OTHER, f"web identity, {self.ROLE}")

    def test_of_a_profile_gets_a_roles_keys(self):
        token = self.file("token", "eyJ.a.b")
        files = self.shared_files(user(PULL), f"[default]\nrole_arn = {self.ROLE}\n"
                                              f"web_identity_token_file = {token}\n")
        self.expect(self.ask(files), OTHER, f'profile "default", {self.ROLE} by web identity')

    def test_may_lead_to_another_role(self):
        role = f"arn:aws:iam::{OWN}:role/second"
        told = self.ask({"AWS_ROLE_ARN": self.ROLE,
                         "AWS_WEB_IDENTITY_TOKEN_FILE": self.file("token", "eyJ.a.b")},
                        "--role", role)
        self.expect(told, OWN, f"{role} by web identity, {self.ROLE}")


class Registries(MotoCase):
    def test_may_have_a_name_of_their_own(self):
        told = self.ask(self.environment(user(PULL)), "--region", REGION,
                        registry="registry.corp.example")
        self.expect(told, OWN, "environment")


if __name__ == "__main__":
    unittest.main()
