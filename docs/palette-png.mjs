// PNG with a palette of at most 256 colours, a third of the size of a browser's screenshot.
import { deflateSync } from "node:zlib";

/** Encodes RGBA pixels without transparency; the rarest colours become the nearest one that is kept. */
export function palettePng(pixels, width, height) {
  const counts = new Map();
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at += 1) {
    const [red, green, blue] = pixels.subarray(4 * at, 4 * at + 3);
    const colour = (red << 16) | (green << 8) | blue;
    colours[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const common = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
  const palette = common.slice(0, 256);
  const indices = new Map(palette.map((colour, index) => [colour, index]));
  for (const colour of common.slice(256)) indices.set(colour, indices.get(nearest(colour, palette)));

  // Each line begins with the number of its filter: none, the best one for a palette.
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) lines[y * (width + 1) + x + 1] = indices.get(colours[y * width + x]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flatMap(channelsOf))),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function channelsOf(colour) {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function nearest(colour, palette) {
  const wanted = channelsOf(colour);
  const distance = (one) =>
    channelsOf(one).reduce((sum, channel, at) => sum + (channel - wanted[at]) ** 2, 0);
  return palette.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Checksum of PNG; `zlib.crc32` needs Node 22. */
function crc32(bytes) {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
