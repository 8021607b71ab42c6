import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Reply, ReplyParts } from "../../../src/serve/http/reply.ts";
import { writeReply } from "../../../src/serve/http/server/write-reply.ts";

/** Returns what a server sends by `write`, byte for byte. */
async function sentBy(write: (response: ServerResponse) => Promise<void> | undefined): Promise<string> {
  const server = createServer((_, response) => {
    response.shouldKeepAlive = false;
    void write(response);
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(socket, "close");
  return text;
}

const reply = (more: Partial<Reply>): Reply => ({ status: 200, headers: { "x-a": "1" }, ...more });

test("a reply has each header once, whatever the endpoint has set", async () => {
  const headers = { "content-type": "text/plain", "request-id": "of another", "content-length": "7" };
  const text = await sentBy((response) =>
    writeReply(response, reply({ headers, requestId: "mine", body: "é" }), 1_000),
  );
  const [head = "", body] = text.split("\r\n\r\n");
  expect(body).toBe("é");
  const lines = head.toLowerCase().split("\r\n").slice(1);
  expect(lines.filter((line) => /^(?:content|x-r|request)/.test(line))).toEqual([
    "content-type: text/plain",
    "x-request-id: mine",
    "request-id: mine",
    "content-length: 2",
  ]);
});

test("a reply without an id or a body has what its endpoint set, and no length but 0", async () => {
  const text = await sentBy((response) =>
    writeReply(response, reply({ headers: { "request-id": "its" } }), 1_000),
  );
  expect(text.match(/^(?:x-)?request-id.*$/gm)).toEqual(["request-id: its"]);
  expect(text).toMatch(/\r\ncontent-length: 0\r\n/);
});

test("a header that would begin another one is refused before anything is sent", async () => {
  const text = await sentBy((response) => {
    const evil = reply({ headers: { "x-a": "1\r\nset-cookie: a=b" }, body: "x" });
    expect(() => writeReply(response, evil, 1_000)).toThrow(/Invalid character/);
    response.end();
    return undefined;
  });
  expect(text).not.toMatch(/set-cookie/i);
});

test("a quick first part is on its way while the next ones are made, which go together", async () => {
  const ready = ["b", "c", "d"];
  let sentBefore: number[] = [];
  const text = await sentBy((response) => {
    const sent = () => (response.socket?.bytesWritten ?? 0) - (response.socket?.writableLength ?? 0);
    let isFirst = true;
    const body: ReplyParts = {
      next: async () => {
        const value = isFirst ? "a" : ready.shift();
        isFirst = false;
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      takeReady: () => {
        sentBefore = [...sentBefore, sent()];
        return ready.shift();
      },
    };
    return writeReply(response, reply({ body }), 1_000, true);
  });
  const [first = 0, ...rest] = sentBefore;
  expect(first).toBeGreaterThan(text.indexOf("\r\n\r\n"));
  expect(rest.slice(0, 3)).toEqual([first, first, first]);
  expect(text.split("\r\n\r\n").slice(1).join("\r\n\r\n")).toBe("1\r\na\r\n3\r\nbcd\r\n0\r\n\r\n");
});
