"""A self-signed certificate made at start, for tests of TLS."""
import pathlib
import ssl
import subprocess
import tempfile


def server_context(certificate_path):
    """A context whose certificate, for localhost and 127.0.0.1, is also written to `certificate_path`."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
            check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        pathlib.Path(certificate_path).write_bytes(pathlib.Path(certificate).read_bytes())
    return context
