# The assistant as a container: small, without root, with its own health check. `docker build -t mlops-swarm .`

FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY swarm swarm
COPY agents agents
COPY tools tools
COPY knowledge knowledge
COPY standalone standalone
COPY ui ui
COPY evals evals
RUN python -m venv /app && /app/bin/pip install --no-cache-dir --constraint requirements.lock .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home --home-dir /home/swarm swarm && install -d -o swarm -g swarm /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 SWARM_HOME=/data SWARM_HOST=0.0.0.0 SWARM_PORT=7860
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
CMD ["swarm", "ui"]
