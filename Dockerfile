# The logship image, for linux/amd64 and linux/arm64 (requirements.lock has wheels for both; nothing is compiled).
#
#   docker build -t logship .                                          # or podman build --format docker
#   docker build -t logship:all --build-arg LOCK=requirements-all.lock .   # with the libraries of every sink
#
# A base image of your own needs Python 3.11 or newer as python3, sh and CA certificates; if it has no pip, name one with
# the same Python and pip as BUILD_IMAGE. The package source is PIP_INDEX_URL, or a whole pip.conf as the secret `pip`
# (and its certificate authority as the secret `ca`): a secret leaves no trace in the image. Hashes are checked anyway.
ARG PYTHON_VERSION=3.13
ARG BASE_IMAGE=docker.io/library/python:${PYTHON_VERSION}-slim
ARG BUILD_IMAGE=${BASE_IMAGE}

FROM ${BUILD_IMAGE} AS build
ARG PIP_INDEX_URL
ARG LOCK=requirements.lock
ARG SOURCE_DATE_EPOCH=0
ENV PIP_CONFIG_FILE=/run/secrets/pip PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    PIP_ONLY_BINARY=:all: PYTHONHASHSEED=0
WORKDIR /build
COPY ${LOCK} requirements-build.lock ./
RUN --mount=type=secret,id=pip --mount=type=secret,id=ca \
    python3 -m venv --without-pip /opt/logship && python3 -m venv --without-pip tools \
    && python3 -m pip --python tools/bin/python install --quiet --no-deps --require-hashes -r requirements-build.lock \
    && python3 -m pip --python /opt/logship/bin/python install --quiet --no-compile --no-deps --require-hashes -r "${LOCK}"
COPY pyproject.toml README.md LICENSE ./
COPY logship logship
# rich colours code with pygments and renders Markdown: logship does neither, and a fifth of the image would be theirs.
# Of the scripts only ours is of use, and no source of what is compiled; .pyc files that never look at their source hold
# whatever happens to its time stamp.
RUN tools/bin/hatchling build -t wheel -d dist \
    && python3 -m pip --python /opt/logship/bin/python install --quiet --no-compile --no-deps --no-index --find-links dist logship-sidecar \
    && python3 -m pip --python /opt/logship/bin/python uninstall --quiet --yes pygments markdown-it-py mdurl \
    && find /opt/logship/bin -type f ! -name logship -delete \
    && find /opt/logship/lib -type f -regex '.*\.\(pyi\|pyx\|pxd\|pxi\|c\|h\|hash\)' -delete \
    && find /opt/logship -type d -name __pycache__ -prune -exec rm -r {} + \
    && /opt/logship/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/logship/lib \
    && find /opt/logship -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM ${BASE_IMAGE}
COPY --from=build /opt/logship /opt/logship
RUN --mount=type=bind,source=image/finish.py,target=/tmp/finish.py \
    PYTHONHASHSEED=0 /opt/logship/bin/python -B /tmp/finish.py \
    && install -d -o 65532 -g 0 -m 0770 /var/lib/logship
ARG VERSION=0.1.0
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="logship" \
      org.opencontainers.image.description="Log-shipping sidecar: tails rotating log files and delivers every line" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
ENV PATH=/opt/logship/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONDONTWRITEBYTECODE=1 LOGSHIP_STATE_DIR=/var/lib/logship
USER 65532:65532
WORKDIR /
EXPOSE 8687
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["logship", "probe", "live"]
ENTRYPOINT ["logship"]
CMD ["run"]
