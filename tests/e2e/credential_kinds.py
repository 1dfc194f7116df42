#!/usr/bin/python3
"""Each kind of credential for upstreams, with the whole daemon. credentials.sh runs it."""
import base64
import json
import os
import stat
import time
import unittest
import unittest.mock

from credential_case import MANIFEST, PASSWORD, USER, CredentialCase
from upstream_fixture import warnings
import cloud_identity


class Kinds(CredentialCase):
    """What reaches the registry's token server, for each kind."""

    def test_basic(self):
        self.expect_pull(self.basic())
        self.expect_asked_by(f"{USER}:{PASSWORD}")

    def test_basic_from_the_environment(self):
        with unittest.mock.patch.dict(os.environ, {"LARDER_TEST_PASSWORD": PASSWORD}):
            self.expect_pull(f", auth: {{kind: basic, username: {USER}, "
                             "password_env: LARDER_TEST_PASSWORD}")
        self.expect_asked_by(f"{USER}:{PASSWORD}")

    def test_basic_after_a_rotation_of_the_file(self):
        larder = self.expect_pull(self.basic())
        self.upstream.tokens.users[USER] = "rotated"
        (self.directory / "password").write_text("rotated\n", encoding="utf-8")
        self.assertEqual(200, self.pull(larder, "team/other"))
        self.expect_asked_by(f"{USER}:{PASSWORD}", f"{USER}:rotated")

    def test_docker_config_with_auths(self):
        auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self.expect_pull(self.docker_config({"auths": {"registry.test": {"auth": auth}}}))
        self.expect_asked_by(f"{USER}:{PASSWORD}")

    def test_docker_config_with_an_identity_token(self):
        self.upstream.tokens.refresh_tokens.add("identity.of-jane")
        self.expect_pull(self.docker_config(
            {"auths": {"registry.test": {"identitytoken": "identity.of-jane"}}}))
        self.expect_asked_by("refresh identity.of-jane")

    def test_docker_config_with_a_credential_helper(self):
        self.program("docker-credential-vault", '[ "$1 $(cat)" = "get registry.test" ] || exit 1\n'
                     f'''echo '{{"Username": "{USER}", "Secret": "{PASSWORD}"}}' ''')
        self.expect_pull(self.docker_config({"credHelpers": {"registry.test": "vault"}}))
        self.expect_asked_by(f"{USER}:{PASSWORD}")

    def test_docker_config_with_a_helper_that_gives_an_identity_token(self):
        self.upstream.tokens.refresh_tokens.add("identity.of-jane")
        self.program("docker-credential-vault",
                     '''echo '{"Username": "<token>", "Secret": "identity.of-jane"}' ''')
        self.expect_pull(self.docker_config({"credsStore": "vault"}))
        self.expect_asked_by("refresh identity.of-jane")

    def test_kubernetes_secret(self):
        self.secret("pull", {"registry.test": {"username": USER, "password": PASSWORD}})
        self.expect_pull(f", auth: {{kind: kubernetes-secret, directory: {self.directory}, "
                         "secrets: [pull]}")
        self.expect_asked_by(f"{USER}:{PASSWORD}")

    def test_exec_plugin(self):
        answer = {"apiVersion": "credentialprovider.kubelet.k8s.io/v1",
                  "kind": "CredentialProviderResponse", "cacheKeyType": "Registry",
                  "cacheDuration": "10m",
                  "auth": {"registry.test": {"username": USER, "password": PASSWORD}}}
        plugin = self.program("login", f"grep -q '\"image\":\"registry.test/team/' || exit 1\n"
                              f"echo called >>{self.directory}/calls\n"
                              f"echo '{json.dumps(answer)}'")
        larder = self.expect_pull(f", auth: {{kind: exec, command: {plugin}, args: [get]}}")
        self.assertEqual(200, self.pull(larder, "team/other"))
        self.expect_asked_by(f"{USER}:{PASSWORD}", f"{USER}:{PASSWORD}")
        self.assertEqual("called\n", (self.directory / "calls").read_text())

    def test_gcp(self):
        self.upstream.tokens.users["oauth2accesstoken"] = "ya29.google"
        metadata = self.service(cloud_identity.Metadata)
        larder = self.expect_pull(f', auth: {{kind: gcp, metadata_url: "{metadata}"}}')
        self.expect_asked_by("oauth2accesstoken:ya29.google")
        self.assertEqual(1, self.gauge(larder, "larder_token_refresh_total", 'kind="gcp"'))

    def test_acr(self):
        refresh_token = cloud_identity.jwt({"exp": int(time.time()) + 3 * 3600})
        cloud_identity.Registry.refresh_token = refresh_token
        self.upstream.tokens.refresh_tokens.add(refresh_token)
        metadata = self.service(cloud_identity.Metadata)
        exchange = self.service(cloud_identity.Registry)
        self.upstream.add_tag("team/app", "1", MANIFEST)
        larder = self.larder(
            self.upstream.url, others=f", {{match: {cloud_identity.SERVICE}, endpoints: "
            f'["{self.upstream.url}"], auth: {{kind: acr, metadata_url: "{metadata}", '
            f'registry_url: "{exchange}"}}}}')
        answer = self.fetch(larder, "team/app/manifests/1", host=cloud_identity.SERVICE)
        self.assertEqual(200, answer.status, larder.last_words())
        self.expect_asked_by(f"refresh {refresh_token}")

    def expect_pull(self, auth):
        larder = self.larder(self.upstream.url, more=auth)
        self.assertEqual(200, self.pull(larder, "team/app"), larder.last_words())
        self.assertEqual([], warnings(larder))
        return larder

    def pull(self, larder, repository):
        self.upstream.add_tag(repository, "1", MANIFEST)
        return self.fetch(larder, f"{repository}/manifests/1").status

    def expect_asked_by(self, *who):
        self.assertEqual(list(who), [question.who for question in self.upstream.tokens.questions])
        self.assertEqual(0, self.upstream.refused)

    def docker_config(self, document):
        file = self.directory / "config.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return (f", auth: {{kind: docker-config, file: {file}, "
                f"helper_directories: [{self.directory}]}}")

    def secret(self, name, auths):
        """As kubelet mounts it: links to what is swapped at once."""
        version = self.directory / name / "..2026_01_15"
        version.mkdir(parents=True)
        (version / ".dockerconfigjson").write_text(json.dumps({"auths": auths}), encoding="utf-8")
        (self.directory / name / "..data").symlink_to(version.name)
        (self.directory / name / ".dockerconfigjson").symlink_to("..data/.dockerconfigjson")

    def program(self, name, body):
        file = self.directory / name
        file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file

    def service(self, handler):
        server = cloud_identity.serve(handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"


if __name__ == "__main__":
    unittest.main(verbosity=2)
