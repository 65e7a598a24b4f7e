#!/bin/sh
# ansible-core with log_path writes the line "fatal: [host]: FAILED!" of a task that failed at INFO, as it does all that
# it shows. The ERROR that it logs before it names the task and no host: a filter by level never learns where it was.
# ansible-core 2.19.14.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ansible-core==2.19.14
cat >play.yml <<'Y'
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: fail
      ansible.builtin.fail: {msg: disk is full}
Y
ANSIBLE_LOG_PATH=$D/log ANSIBLE_LOCALHOST_WARNING=false venv/bin/ansible-playbook -i localhost, play.yml >/dev/null 2>&1 && exit 1
cut -c1-160 log
grep -qE 'INFO\| *fatal: \[localhost\]: FAILED!' log
test "$(grep -c 'ERROR|' log)" -eq 1
! grep 'ERROR|' log | grep -q localhost
