# Downloads an object, and extracts it if it is an archive, as a service does without the fetcher.
# Arguments: BUCKET KEY FOLDER
import os
import sys
import tarfile

import boto3

bucket, key, folder = sys.argv[1:]
path = os.path.join(folder, key)
client = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL_S3"])
if "BENCH_WAIT" in os.environ:
    print("ready", flush=True)
    sys.stdin.read()
client.download_file(bucket, key, path)
if key.endswith(".tar.gz"):
    with tarfile.open(path) as archive:
        archive.extractall(folder)
    os.remove(path)
