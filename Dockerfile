# Kundresa as one container. All it keeps lies in /data: the database, its key, and the weekly workbooks.
# Keep that volume on a local disk, never on a network file system, and never run two containers on it.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/kundresa
# Every dependency comes from the lock, byte for byte; only the build tool of the last step is fetched anew.
COPY requirements.lock ./
RUN /opt/kundresa/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY flows flows
COPY bot bot
RUN /opt/kundresa/bin/pip install --no-deps . && /opt/kundresa/bin/pip check

FROM python:3.11.14-slim-bookworm
RUN groupadd --system --gid 10001 kundresa \
    && useradd --system --uid 10001 --gid kundresa --home-dir /data --shell /usr/sbin/nologin kundresa \
    && install -d -o kundresa -g kundresa -m 0700 /data
COPY --from=build /opt/kundresa /opt/kundresa
ENV PATH=/opt/kundresa/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    KUNDRESA_LISTEN=0.0.0.0:8080 \
    KUNDRESA_DATABASE=/data/kundresa.db \
    KUNDRESA_EXPORTS=/data/exports
# As numbers, so that a cluster can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Past any proxy of the environment, at the port it really listens on.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['KUNDRESA_LISTEN'].rpartition(':')[2] + '/healthz', timeout=4)"]
ENTRYPOINT ["kundresa"]
CMD ["run"]
