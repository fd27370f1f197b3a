# syntax=docker/dockerfile:1
# One Grid for a server: the application alone. Its database is another container (compose.yaml), or a server of your own.

FROM node:22-bookworm-slim AS web
WORKDIR /src/web/app
COPY web/app/package.json web/app/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web/app ./
RUN npm run build

FROM python:3.11-slim-bookworm AS python
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /opt/onegrid
COPY requirements.txt ./
RUN /opt/onegrid/bin/pip install --require-hashes --requirement requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY geo ./geo
COPY data ./data
COPY api ./api
COPY web/__init__.py ./web/
COPY web/reports ./web/reports
COPY --from=web /src/web/app/dist ./web/app/dist
RUN /opt/onegrid/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# of the major version of the database's image, for onegrid db backup and restore
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/onegrid --create-home --shell /usr/sbin/nologin onegrid
COPY --from=python /opt/onegrid /opt/onegrid
ENV PATH=/opt/onegrid/bin:$PATH PYTHONDONTWRITEBYTECODE=1 ONEGRID_DATA_DIR=/var/lib/onegrid ONEGRID_HOST=0.0.0.0 \
    TZ=Asia/Shanghai
USER 10001
WORKDIR /var/lib/onegrid
VOLUME /var/lib/onegrid
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["onegrid"]
CMD ["serve"]
