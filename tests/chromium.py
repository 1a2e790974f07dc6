"""Finds Chromium for the browser tests, and on Debian as root installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

COMMAND = "apt-get install -y chromium"


def path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def main() -> int:
    if path() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Chromium is missing: installing it for the browser tests.", file=sys.stderr)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "chromium"], check=False, stdout=subprocess.DEVNULL
        )
    if path() is None:
        print(f"The browser tests need Chromium. Install it with: {COMMAND}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
