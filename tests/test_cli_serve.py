"""``beltroad serve`` as a user starts it: one line when ready, clear refusals, a clean end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

pytest.importorskip("uvicorn")
COMMAND = [sys.executable, "-c", "import beltroad.cli.serve; from beltroad.cli import main; main()"]


def test_serve_says_where_it_is_refuses_a_second_and_ends_cleanly(tmp_path):
    from beltroad.cli.serve import serve
    from beltroad.errors import InputError, OutputError

    home = str(tmp_path / "home")
    command = [*COMMAND, "serve", "--home", home, "--port", "0", "--workers", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            assert "the workspace is at http://127.0.0.1:" in line
            address = line.split(" at ")[1].split()[0]
            with urllib.request.urlopen(f"{address}/jobs", timeout=30) as page:
                assert b"<h1>" in page.read()
            with pytest.raises(OutputError, match=f"already by process {server.pid} at {address}"):
                serve(home=tmp_path / "home", port=0)
            port = int(address.rsplit(":", 1)[1])
            with pytest.raises(InputError, match=f"--port {port}: in use by another program"):
                serve(home=tmp_path / "other", port=port)
        finally:
            server.send_signal(signal.SIGINT)
            rest = server.stdout.read()
    assert "beltroad: stopped" in rest
    assert server.returncode == 0


def test_what_cannot_be_served_is_said_in_one_line(tmp_path, monkeypatch):
    from beltroad.app import server
    from beltroad.app.errors import Unavailable
    from beltroad.app.settings import Settings
    from beltroad.cli.serve import serve
    from beltroad.errors import InputError, OutputError

    home = tmp_path / "home"
    with pytest.raises(InputError, match=r"--host 0\.0\.0\.0: others could reach"):
        serve(home=home, host="0.0.0.0")
    with pytest.raises(InputError, match="--https goes with --team"):
        serve(home=home, https=True)
    monkeypatch.delenv("BELTROAD_SECRET", raising=False)
    with pytest.raises(InputError, match="BELTROAD_SECRET: not set"):
        serve(home=home, database="postgresql://u:pass@127.0.0.1/x", team=True, name=["x.org"])
    with pytest.raises(InputError, match=r"--boundaries .*: no such file"):
        serve(home=home, boundaries=tmp_path / "none.geojson")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="give another folder with --home"):
        serve(home=tmp_path / "file" / "home", port=0)
    with pytest.raises(InputError, match="sqlite or postgresql") as fault:
        serve(home=home, database="nonsense://u:pass@x", port=0)
    assert "pass" not in str(fault.value)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "workspace.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable, match="file is damaged; restore a backup"):
        serve(home=broken, port=0)
    with pytest.raises(InputError, match="of no workspace"):
        server.work(Settings.local(tmp_path / "empty"))
    # A missing extra is named with what to install.
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(InputError, match=r"pip install 'beltroad\[app\]'"):
        serve(home=home)


def test_a_port_that_only_admins_may_use_is_explained():
    from beltroad.app import server

    assert "above 1023" in str(server._why("127.0.0.1", 80, PermissionError(13, "denied")))
    assert "cannot be used here" in str(server._why("999.1.1.1", 80, socket.gaierror(-2, "none")))
