#!/bin/sh
# Installs the Debian packages named as arguments. Run as root, by ./dev.
set -eu
export DEBIAN_FRONTEND=noninteractive

install() {
    apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "$@" </dev/null
}

apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null || echo "apt-get update failed; trying the lists there are"

# Debian's PostgreSQL package makes a system cluster and starts it. Nobody asked for
# one: tell it not to, for as long as this takes, and leave its configuration as it
# was. (A copy that is already there was left by a run that was killed.)
case " $* " in
    *" postgresql-15 "*)
        install postgresql-common
        conf=/etc/postgresql-common/createcluster.conf
        [ -e "$conf.before-dev" ] || cp -p "$conf" "$conf.before-dev"
        trap 'mv "$conf.before-dev" "$conf"' EXIT
        trap 'exit 1' HUP INT TERM
        echo 'create_main_cluster = false' >>"$conf"
        ;;
esac
install "$@"
