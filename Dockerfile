# The service as an image: web server, worker and migrations are commands of the same
# one (docker-compose.yml). It holds no secret, runs as nobody in particular, and needs
# to write nowhere but in /tmp.
FROM debian:bookworm-slim AS system
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 libgdal32 libgeos-c1v5 libmagic1 tzdata \
    && rm -rf /var/lib/apt/lists/*

FROM system AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.lock /tmp/
# The lock names every package with its hash. All are wheels: nothing of a package runs here.
RUN pip install --no-cache-dir --require-hashes --no-deps --only-binary=:all: --no-compile -r /tmp/requirements.lock
WORKDIR /app
COPY . .
# Bytecode is made here: the running container could not keep any, and every start would
# take three times as long. Some packages ship files that are not meant to compile.
# The secrets are of no use anywhere: production settings do not load without some.
RUN (python -m compileall -qq -j 0 /opt/venv/lib || :) \
    && python -m compileall -qq -j 0 . \
    && SPO_ENV=production SECRET_KEY=none FIELD_KEY=none ALLOWED_HOSTS=none \
        MASTER_KEYS=none:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= DATABASE_URL=postgis:///none \
        python manage.py collectstatic --no-input --verbosity 0

FROM system
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin spo
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# Owned by the service, and so is the volume that is made from it.
RUN install -d -m 700 -o 10001 -g 10001 /evidence
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 LANG=C.UTF-8 SPO_ENV=production
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["gunicorn", "-c", "spo_service/gunicorn_conf.py", "--bind", "0.0.0.0:8000"]
