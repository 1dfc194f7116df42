"""What tests of credentials for upstreams share: a private registry, and a user of it."""
from upstream_fixture import UpstreamCase
from private_registry import PrivateRegistry

USER, PASSWORD = "jane", "pass+word/1="
MANIFEST = b'{"schemaVersion":2,"config":{},"layers":[]}'


class CredentialCase(UpstreamCase):
    def registry(self, **arguments):
        arguments = {"users": {USER: PASSWORD}, **arguments}
        registry = PrivateRegistry(**arguments)
        self.addCleanup(registry.close)
        return registry

    def basic(self):
        file = self.directory / "password"
        file.write_text(PASSWORD, encoding="utf-8")
        return f", auth: {{kind: basic, username: {USER}, password_file: {file}}}"

    def gauge(self, larder, name, label=""):
        """The highest of the series with this label; None when there is none."""
        values = [float(line.rsplit(" ", 1)[1]) for line in larder.ask("metrics").splitlines()
                  if line.startswith(name + "{") and label in line]
        return max(values, default=None)
