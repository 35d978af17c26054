FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unreleased
# .ci/run takes this very line from here, so what is tested is what is shipped.
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.version=${VERSION}" -o /rewind ./cmd/rewind
RUN mkdir /data

# Nothing but the program and the certificates that it checks servers by. Zones are in the binary.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /rewind /rewind
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
WORKDIR /data
ENV REWIND_DB=/data/rewind.db
# `docker exec NAME /rewind backup /data/monday.db` and the like work beside it.
ENTRYPOINT ["/rewind"]
CMD ["serve"]
