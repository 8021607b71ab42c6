/** Reads the data of a stream's events. `blocks`: pieces that end where an event ends. */
export async function* eventData(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const block of blocks) {
    for (const event of decoder.decode(block).split(/\r\n\r\n|\n\n|\r\r/)) {
      const data = dataOf(event);
      if (data !== undefined) yield data;
    }
  }
}

function dataOf(event: string): string | undefined {
  let data: string | undefined;
  for (const line of event.split(/\r\n|\n|\r/)) {
    if (!line.startsWith("data:")) continue;
    const value = line.slice(line[5] === " " ? 6 : 5);
    data = data === undefined ? value : `${data}\n${value}`;
  }
  return data;
}
