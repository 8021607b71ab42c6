import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server } from "node:net";
import { onTestFinished } from "vitest";

/** A record of an answer. `data`: four bytes of an address, or whatever a server likes. */
export interface NameRecord {
  readonly type?: number;
  readonly ttl?: number;
  readonly data: Uint8Array;
}

export interface NameServer {
  /** Address and port, for `servers`. */
  readonly at: string;
  addresses: readonly string[];
  /** Records in place of addresses. */
  records: readonly NameRecord[] | undefined;
  /** Code of the answer: 0 is success, 2 a failure, 3 that the name does not exist. */
  code: number;
  /** Answers nothing. */
  isSilent: boolean;
  questions: number;
}

/** Record types of DNS (RFC 1035, 3596). */
export const recordTypes = { a: 1, cname: 5, txt: 16, aaaa: 28 } as const;

/** Longest answer over UDP; a longer one is cut, and asked for over TCP. */
const longestDatagram = 1_200;

/** A name server over UDP and TCP that answers as the test says, and ends with it. */
export async function nameServer(): Promise<NameServer> {
  const tcp = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (piece) => {
      const answer = answerTo(piece.subarray(2), Number.POSITIVE_INFINITY);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Math.min(answer.length, 65_535));
      socket.end(Buffer.concat([length, answer.subarray(0, 65_535)]));
    });
  });
  const answerTo = (query: Buffer, longest: number): Buffer => {
    let end = 12;
    while (query[end] !== 0) end += (query[end] as number) + 1;
    const question = query.subarray(12, end + 5);
    const given: readonly NameRecord[] =
      server.records ?? server.addresses.map((ip) => ({ data: Uint8Array.from(ip.split("."), Number) }));
    const records = (server.code === 0 ? given : []).map(({ type = recordTypes.a, ttl = 0, data }) => {
      const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, 0]);
      head.writeUInt32BE(ttl, 6);
      head.writeUInt16BE(data.length, 10);
      return Buffer.concat([head, data]);
    });
    const answers = Buffer.concat(records);
    const isCut = answers.length > longest;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180 | (isCut ? 0x0200 : 0) | server.code, 2);
    for (const [index, value] of [1, isCut ? 0 : records.length, 0, 0].entries())
      head.writeUInt16BE(value, 4 + 2 * index);
    return Buffer.concat([head, question, isCut ? Buffer.alloc(0) : answers]);
  };
  const udp = await withOnePort(tcp);
  udp.on("message", (query, { port, address }) => {
    server.questions += 1;
    if (!server.isSilent) udp.send(answerTo(query, longestDatagram), port, address);
  });
  const { port } = udp.address();
  onTestFinished(() => new Promise((resolve) => void udp.close(resolve)));
  onTestFinished(() => new Promise((resolve) => void tcp.close(() => resolve())));
  const server: NameServer = {
    at: `127.0.0.1:${port}`,
    addresses: ["10.0.0.1"],
    records: undefined,
    code: 0,
    isSilent: false,
    questions: 0,
  };
  return server;
}

/** A socket on the port of the server: one that is free for UDP may be taken for TCP by another program, so several are tried. */
async function withOnePort(tcp: Server): Promise<Socket> {
  for (let left = 20; ; left -= 1) {
    const udp = createSocket("udp4");
    await new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve));
    const problem = await new Promise<Error | undefined>((resolve) => {
      tcp.once("error", resolve);
      tcp.listen(udp.address().port, "127.0.0.1", () => {
        tcp.off("error", resolve);
        resolve(undefined);
      });
    });
    if (problem === undefined) return udp;
    udp.close();
    if (left === 1) throw problem;
  }
}
