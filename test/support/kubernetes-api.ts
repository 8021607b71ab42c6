import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import {
  createServer as createPlainServer,
  type Server as PlainServer,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificate, certificateKey } from "../fixtures/loopback-certificate.ts";

export interface SliceOf {
  readonly addresses: readonly string[];
  readonly conditions?: Readonly<Record<string, boolean>>;
  readonly targetRef?: object;
}

/** An EndpointSlice as the API server of Kubernetes sends it. */
export function endpointSlice(name: string, version: number, endpoints: readonly SliceOf[], port = 8_000) {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    addressType: "IPv4",
    metadata: { name, namespace: "ml", resourceVersion: String(version), generateName: "vllm-" },
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints: endpoints.map(({ addresses, conditions = {}, targetRef }) => ({
      addresses,
      ...(targetRef && { targetRef }),
      conditions: { ready: true, serving: true, terminating: false, ...conditions },
    })),
  };
}
type Slice = ReturnType<typeof endpointSlice>;

/**
 * The part of an API server that lists and watches EndpointSlices: over TLS, with a token that may change, or `plain` as
 * `kubectl proxy` shows it.
 */
export class KubernetesApiServer {
  /** Paths with their query, in order of arrival. */
  readonly requests: string[] = [];
  readonly tokenFile: string;
  readonly caFile: string;
  slices: readonly Slice[] = [];
  /** Version of the list, and the oldest that a watch may begin at; an older one has status 410. */
  version = 1;
  oldest = 0;
  /** Status of every answer, if not 200. */
  status = 200;
  /** Text that is sent in place of the list. */
  listText: string | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), "kubernetes-"));
  readonly #server: Server | PlainServer;
  readonly #isPlain: boolean;
  readonly #sockets = new Set<Socket>();
  #watches: ServerResponse[] = [];
  #token = "";

  constructor({ plain = false } = {}) {
    this.#isPlain = plain;
    this.tokenFile = join(this.#folder, "token");
    this.caFile = join(this.#folder, "ca.crt");
    writeFileSync(this.caFile, certificate);
    this.rotateToken("first");
    const listener: RequestListener = (request, response) => {
      this.requests.push(request.url ?? "");
      this.#answer(new URL(request.url ?? "", "https://x"), request.headers.authorization, response);
    };
    this.#server = plain
      ? createPlainServer(listener)
      : createServer({ cert: certificate, key: certificateKey }, listener);
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `${this.#isPlain ? "http" : "https"}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }

  /** Number of watches that are open. */
  get watches(): number {
    return this.#watches.length;
  }

  /** Writes another token, as the kubelet does, and accepts that one alone. */
  rotateToken(token: string): void {
    this.#token = token;
    writeFileSync(this.tokenFile, `${token}\n`);
  }

  /** Sends an event to every watch, and changes the list accordingly. */
  tell(type: "ADDED" | "MODIFIED" | "DELETED", slice: Slice): void {
    this.version = Number(slice.metadata.resourceVersion);
    const others = this.slices.filter(({ metadata }) => metadata.name !== slice.metadata.name);
    this.slices = type === "DELETED" ? others : [...others, slice];
    this.send({ type, object: slice });
  }

  bookmark(version: number): void {
    this.version = version;
    const metadata = { resourceVersion: String(version), creationTimestamp: null };
    this.send({
      type: "BOOKMARK",
      object: { kind: "EndpointSlice", apiVersion: "discovery.k8s.io/v1", metadata },
    });
  }

  expire(): void {
    const object = { kind: "Status", status: "Failure", reason: "Expired", code: 410 };
    this.send({ type: "ERROR", object });
  }

  send(event: object): void {
    for (const watch of this.#watches) watch.write(`${JSON.stringify(event)}\n`);
  }

  /** Ends every watch in the way of a server whose time is up. */
  end(): void {
    for (const watch of this.#watches.splice(0)) watch.end();
  }

  /** Drops every connection. */
  cut(): void {
    this.#watches = [];
    for (const socket of this.#sockets) socket.destroy();
  }

  #answer(url: URL, authorization: string | undefined, response: ServerResponse): void {
    const fail = (code: number) =>
      response
        .writeHead(code, { "content-type": "application/json" })
        .end(JSON.stringify({ kind: "Status", code }));
    if (this.status !== 200) return void fail(this.status);
    if (!this.#isPlain && authorization !== `Bearer ${this.#token}`) return void fail(401);
    if (url.searchParams.get("labelSelector") !== "kubernetes.io/service-name=vllm") return void fail(400);
    if (url.searchParams.get("watch") !== "true") {
      const metadata = { resourceVersion: String(this.version) };
      const list = JSON.stringify({ kind: "EndpointSliceList", metadata, items: this.slices });
      return void response.writeHead(200, { "content-type": "application/json" }).end(this.listText ?? list);
    }
    if (Number(url.searchParams.get("resourceVersion")) < this.oldest) return void fail(410);
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
    this.#watches.push(response);
    response.on("close", () => {
      this.#watches = this.#watches.filter((one) => one !== response);
    });
  }
}
