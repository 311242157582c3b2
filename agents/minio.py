"""The object storage agent."""

from agents.agent import Agent, prompt_file

agent = Agent(
    name="minio",
    description="Object storage (MinIO, S3): buckets and the files in them. Find, preview, profile, plot, upload, download, copy, delete, "
    "share, versions.",
    package="tools.minio",
    prompt=prompt_file("minio.md"),
)
