import { fromBase64, toBase64 } from "../../../plugin/base64.ts";

type Column = Int8Array | Uint8Array | Uint16Array | Uint32Array | Float32Array;
type ColumnType<C extends Column> = { new (buffer: ArrayBuffer): C; readonly BYTES_PER_ELEMENT: number };

/** Encodes the numbers of an array as base64, little-endian. */
export function encodeColumn(values: Column): string {
  // A copy, so that swapping bytes does not change the given numbers.
  const bytes = Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return toBase64(littleEndian(bytes, values.BYTES_PER_ELEMENT));
}

/** Decodes the numbers; `undefined` unless there are exactly `length` of them. */
export function decodeColumn<C extends Column>(
  text: string,
  type: ColumnType<C>,
  length: number,
): C | undefined {
  const bytes = Uint8Array.from(fromBase64(text));
  if (bytes.length !== length * type.BYTES_PER_ELEMENT) return undefined;
  return new type(littleEndian(bytes, type.BYTES_PER_ELEMENT).buffer);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Reverses the bytes of each number in place, on a machine that stores them the other way. */
function littleEndian(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (!isLittleEndian)
    for (let start = 0; start < bytes.length; start += size) bytes.subarray(start, start + size).reverse();
  return bytes;
}
