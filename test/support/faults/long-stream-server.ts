import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RecordedRequest, ScenarioAnswer } from "../../../src/testing/index.ts";
import { scenarioAnswer } from "../scenario-answer.ts";
import { type WireName, wires } from "../wires.ts";

export interface LongStreamServer {
  /** Address without the version with which the API's paths begin. */
  readonly url: string;
  /** Text of the whole answer. */
  readonly characters: number;
  /** Bytes passed to the socket so far. */
  readonly sentBytes: number;
  close(): Promise<void>;
}

/** A few characters per event, as in a stream of tokens. */
const piece = "some words ";
const piecesPerBlock = 1_000;

/**
 * Starts a server that streams an answer of this many bytes, as fast as it is read, and refuses calls that
 * do not stream.
 */
export async function serveLongStream(wireName: WireName, wireBytes: number): Promise<LongStreamServer> {
  const wire = wires[wireName];
  const request = { method: "POST", headers: {}, closed: new Promise<void>(() => {}) };
  const streamed: RecordedRequest = { ...request, path: "", body: { stream: true } };
  // In the API's format: the events before the pieces, the pieces, and the events after them.
  const { contentType, ...events } = wire.stream(answerOf(piecesPerBlock), streamed);
  const [content, ending] = [events.content.map(String), events.ending.map(String)];
  const first = content.findIndex((text) => text.includes(piece));
  const block = content.slice(first, first + piecesPerBlock).join("");
  const blocks = Math.ceil(wireBytes / Buffer.byteLength(block));
  let sentBytes = 0;

  const write = async (response: ServerResponse, text: string) => {
    sentBytes += Buffer.byteLength(text);
    if (response.write(text)) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        response.off("drain", go).off("close", go);
        resolve();
      };
      response.once("drain", go).once("close", go);
    });
  };
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const part of incoming) text += part;
    if (!wire.isStream({ ...request, path: incoming.url ?? "", body: JSON.parse(text) })) {
      response.writeHead(400).end();
      return;
    }
    response.writeHead(200, { "content-type": contentType });
    await write(response, content.slice(0, first).join(""));
    for (let count = 0; count < blocks && !response.destroyed; count += 1) await write(response, block);
    response.end([...content.slice(first + piecesPerBlock), ...ending].join(""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    characters: blocks * piecesPerBlock * piece.length,
    get sentBytes() {
      return sentBytes;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerOf(pieces: number): ScenarioAnswer {
  const textPieces = Array.from({ length: pieces }, () => piece);
  const usage = { inputTokens: 10, outputTokens: 10 };
  return scenarioAnswer({ textPieces, usage });
}
