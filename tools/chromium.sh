#!/usr/bin/env bash
# Chromium for the tests in a browser: says where it is, installs it on Debian for root, else fails.
set -uo pipefail

found() {
    command -v "${CHROMIUM:-chromium}" || command -v google-chrome
}

found && exit 0
if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null && grep -q "^ID=debian" /etc/os-release; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null
    found && exit 0
fi
echo "no Chromium: install one, or set CHROMIUM to its path" >&2
exit 1
