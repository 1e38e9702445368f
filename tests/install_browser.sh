#!/bin/sh
# The browser tests drive the system's Chromium. Find it, install it when we may, or say what to install.
set -eu
for name in chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
say="Chromium is missing: the browser tests need it. Install the package 'chromium' (Debian: apt-get install chromium)."
command -v apt-get >/dev/null 2>&1 || { echo "$say"; exit 1; }
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || { echo "$say"; exit 1; }
    as_root="sudo -n"
fi
echo "Installing Chromium for the browser tests ..."
$as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq chromium >/dev/null || { echo "$say"; exit 1; }
