#!/bin/sh
# The browser tests drive the system's Chromium. Find it, install it when we may, or say what to install.
# Firefox and WebKit are driven as well where they are: they are installed when we may, and their tests say so when they are absent.
set -eu
for name in chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$name" >/dev/null 2>&1 && chromium=there
done
say="Chromium is missing: the browser tests need it. Install the package 'chromium' (Debian: apt-get install chromium)."
missing=""
[ -n "${chromium:-}" ] || missing="chromium"
command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || missing="$missing firefox-esr"
command -v WebKitWebDriver >/dev/null 2>&1 && command -v Xvfb >/dev/null 2>&1 || missing="$missing webkit2gtk-driver xvfb"
[ -n "$missing" ] || exit 0
stop() { [ -n "${chromium:-}" ] && exit 0; echo "$say"; exit 1; }
command -v apt-get >/dev/null 2>&1 || stop
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || stop
    as_root="sudo -n"
fi
echo "Installing for the browser tests: $missing ..."
install() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
$as_root apt-get update -qq || stop
[ -n "${chromium:-}" ] || install chromium || stop
chromium=there
for name in $missing; do
    [ "$name" = chromium ] || install "$name" || echo "$name could not be installed: its tests are skipped."
done
