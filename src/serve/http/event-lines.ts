/** Names of events as servers have them. */
const plainName = /^[\w.:-]{1,128}$/;

/**
 * Returns the name of a server's event, or undefined if it has characters that no name needs: with a line break in it, the
 * rest would be an event that no one has read.
 */
export function eventName(type: string): string | undefined {
  return plainName.test(type) ? type : undefined;
}

/** Returns data of an event, each line of which begins with the field's name. JSON may be broken by any of the three breaks. */
export function dataLines(text: string): string {
  return text.replaceAll(/\r\n|[\r\n]/g, "\ndata: ");
}
