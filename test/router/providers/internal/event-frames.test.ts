import { crc32 as zlibCrc32 } from "node:zlib";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../../../src/router/providers/internal/crc32.ts";
import { EventFrameError, EventFrames } from "../../../../src/router/providers/internal/event-frames.ts";

// The encoder of AWS.
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
);

const encoded = (
  payload: string,
  headers: Parameters<EventStreamCodec["encode"]>[0]["headers"] = {},
): Uint8Array =>
  codec.encode({
    headers: { ":message-type": { type: "string", value: "event" }, ...headers },
    body: new TextEncoder().encode(payload),
  });

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** Reads pieces to their end; returns the payloads. */
function read(pieces: readonly Uint8Array[]): string[] {
  const frames = new EventFrames();
  const found = pieces.flatMap((piece) => [...frames.push(piece)]);
  frames.end();
  return found.map(({ payload }) => textOf(payload));
}

test("the checksum is that of zlib", () => {
  for (const text of ["", "a", "123456789", "ö".repeat(1_000)]) {
    const bytes = new TextEncoder().encode(text);
    expect(crc32(bytes)).toBe(zlibCrc32(bytes));
  }
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});

describe("messages of AWS's own encoder", () => {
  const three = joined(encoded("one"), encoded(""), encoded("drei ö 🚢".repeat(20)));
  const expected = ["one", "", "drei ö 🚢".repeat(20)];

  test("are read at once, byte by byte, and split at every byte", () => {
    expect(read([three])).toEqual(expected);
    expect(read(Array.from(three, (byte) => Uint8Array.of(byte)))).toEqual(expected);
    for (let at = 0; at <= three.length; at += 1)
      expect(read([three.subarray(0, at), three.subarray(at)])).toEqual(expected);
  });

  test("may have headers of every type, of which strings are returned", () => {
    const bytes = encoded("x", {
      ":event-type": { type: "string", value: "PayloadPart" },
      __proto__: { type: "string", value: "harmless" },
      yes: { type: "boolean", value: true },
      no: { type: "boolean", value: false },
      byte: { type: "byte", value: 1 },
      short: { type: "short", value: 2 },
      integer: { type: "integer", value: 3 },
      binary: { type: "binary", value: Uint8Array.of(1, 2, 3) },
      at: { type: "timestamp", value: new Date(0) },
      id: { type: "uuid", value: "00000000-0000-4000-8000-000000000001" },
      last: { type: "string", value: "ö" },
    });
    const [frame] = [...new EventFrames().push(bytes)];
    expect(Object.fromEntries(frame?.headers ?? [])).toMatchObject({
      ":message-type": "event",
      ":event-type": "PayloadPart",
      last: "ö",
    });
    expect(frame?.headers.has("integer")).toBe(false);
  });

  test("that end early are not complete, wherever they end", () => {
    for (let at = 1; at < three.length; at += 1) {
      const frames = new EventFrames();
      const found = [...frames.push(three.subarray(0, at))];
      const isBetween =
        found.length > 0 && at === joined(...[encoded("one"), encoded("")].slice(0, found.length)).length;
      if (isBetween) expect(() => frames.end()).not.toThrow();
      else expect(() => frames.end()).toThrow(EventFrameError);
    }
  });

  test("with one bit changed anywhere are refused", () => {
    const bytes = encoded("a payload", { name: { type: "string", value: "value" } });
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const wrong = bytes.slice();
      wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => read([wrong]), `bit ${bit}`).toThrow(EventFrameError);
    }
  });
});

/** Builds a message whose lengths are as stated, with checksums that fit. */
function forged(length: number, headerLength: number, rest: Uint8Array = new Uint8Array()): Uint8Array {
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(length, 0);
  prelude.writeUInt32BE(headerLength, 4);
  prelude.writeUInt32BE(zlibCrc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, rest]);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(zlibCrc32(whole));
  return new Uint8Array(Buffer.concat([whole, end]));
}

describe("lengths that lie", () => {
  test.each([
    ["a message shorter than its frame", 15, 0],
    ["no length at all", 0, 0],
    ["headers longer than the message", 20, 5],
    ["headers of four gigabytes", 20, 0xffff_ffff],
    ["a message of four gigabytes", 0xffff_ffff, 0],
    ["a message above the maximum", 25_165_825, 0],
    ["headers above the maximum", 1_000_000, 131_073],
  ])("%s is refused before anything is kept for it", (_, length, headers) => {
    expect(() => [...new EventFrames().push(forged(length, headers))]).toThrow(EventFrameError);
  });

  test.each([
    ["a name beyond the headers", [9, 0x61]],
    ["a type that is not known", [1, 0x61, 10]],
    ["no type", [1, 0x61]],
    ["no length of a string", [1, 0x61, 7, 0]],
    ["a string beyond the headers", [1, 0x61, 7, 0xff, 0xff, 1]],
    ["a number beyond the headers", [1, 0x61, 5, 1]],
  ])("%s is refused", (_, bytes) => {
    const headers = Uint8Array.from(bytes);
    expect(() => read([forged(16 + headers.length, headers.length, headers)])).toThrow(EventFrameError);
  });

  test("a large message in small pieces takes linear time and is read whole", () => {
    const bytes = encoded("x".repeat(4_000_000));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 100) pieces.push(bytes.subarray(at, at + 100));
    expect(read(pieces).map(({ length }) => length)).toEqual([4_000_000]);
  });

  test("many messages in one piece are all returned", () => {
    const one = encoded("x");
    expect(read([joined(...Array.from({ length: 10_000 }, () => one))])).toHaveLength(10_000);
  });
});
