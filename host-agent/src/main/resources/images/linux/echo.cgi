#!/bin/busybox sh
# Answers a request with its own body.
printf 'Content-Type: application/octet-stream\r\n\r\n'
/bin/busybox head -c "${CONTENT_LENGTH:-0}"
