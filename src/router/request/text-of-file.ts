/**
 * Returns the field that has a file's data, as a `data:` URL or as base64, within an object that stands in this field. Asked
 * about each object of a request: a table would take four times as long.
 */
export function fieldOfData(within: string): string | undefined {
  switch (within) {
    case "image_url":
    case "video_url":
    case "audio_url":
      return "url";
    case "file":
      return "file_data";
    case "input_audio":
      return "data";
    default:
      return undefined;
  }
}

const plain = /^data:[a-z]+\/[a-z0-9.+-]+;base64$/;
const textual = /^data:(?:text\/|[a-z]+\/[a-z0-9.+-]*(?:json|xml|csv|yaml|html|markdown|javascript|rtf))/;
const longestHead = 200;

/** Part of a `data:` URL before its data. */
interface Head {
  /** True for data that are a text, as all are that are not base64. */
  readonly isText: boolean;
  readonly isBase64: boolean;
  /** True if it says nothing but the type of a file. */
  readonly isPlain: boolean;
}

/** Returns the head of a `data:` URL; undefined for any other text. */
export function headOfUrl(url: string): Head | undefined {
  const start = url.slice(0, longestHead).toLowerCase();
  if (!start.startsWith("data:")) return undefined;
  const head = start.slice(0, Math.max(0, start.indexOf(",")));
  const isBase64 = head.endsWith(";base64");
  // Without a type it is text, by the standard.
  return {
    isText: !isBase64 || head.startsWith("data:;") || textual.test(head),
    isBase64,
    isPlain: plain.test(head),
  };
}

/** Returns the text of a `data:` URL: that of its data if it is one, else what else its head says. Undefined for any other text. */
export function textOfFile(url: string): string | undefined {
  const head = headOfUrl(url);
  if (head === undefined) return undefined;
  const comma = url.indexOf(",");
  const said = url.slice(0, comma < 0 ? url.length : comma);
  if (!head.isText) return head.isPlain ? "" : said;
  const body = url.slice(comma + 1);
  const more = head.isPlain ? "" : `${said}\n`;
  try {
    if (!head.isBase64) return more + decodeURIComponent(body);
    return more + new TextDecoder().decode(Uint8Array.from(atob(body), (unit) => unit.charCodeAt(0)));
  } catch {
    return url;
  }
}
