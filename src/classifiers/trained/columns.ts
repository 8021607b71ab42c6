type Column = Int8Array | Uint8Array | Uint16Array | Uint32Array | Float32Array;
type ColumnType<C extends Column> = { new (buffer: ArrayBuffer): C; readonly BYTES_PER_ELEMENT: number };

/** Encodes the numbers of an array as base64, little-endian. */
export function encodeColumn(values: Column): string {
  // A copy, so that swapping bytes does not change the given numbers.
  const bytes = Buffer.from(
    Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).buffer,
  );
  return littleEndian(bytes, values.BYTES_PER_ELEMENT).toString("base64");
}

/** Decodes the numbers; `undefined` unless there are exactly `length` of them. */
export function decodeColumn<C extends Column>(
  text: string,
  type: ColumnType<C>,
  length: number,
): C | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== length * type.BYTES_PER_ELEMENT) return undefined;
  return new type(Uint8Array.from(littleEndian(bytes, type.BYTES_PER_ELEMENT)).buffer);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(bytes: Buffer, size: number): Buffer {
  if (size === 1 || isLittleEndian) return bytes;
  return size === 2 ? bytes.swap16() : bytes.swap32();
}
