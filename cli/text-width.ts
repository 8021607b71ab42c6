const segmenter = new Intl.Segmenter();

/** Characters that terminals display two columns wide: East Asian scripts, full-width forms, emoji. */
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u;

/** Code units read per column: more than any character of a real text has. */
const unitsPerColumn = 8;

/** Formats the text as one line of exactly this many columns: cut with an ellipsis, or padded with spaces. */
export function fitText(text: string, columns: number): string {
  const line = text
    .slice(0, columns * unitsPerColumn)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const fitted = take(line, columns);
  if (fitted.text === line && text.length <= columns * unitsPerColumn) return pad(fitted, columns);
  const { text: head, width } = take(line, columns - 1);
  return pad({ text: `${head}…`, width: width + 1 }, columns);
}

interface Measured {
  readonly text: string;
  readonly width: number;
}

/** Takes as many whole characters as fit. */
function take(line: string, columns: number): Measured {
  let text = "";
  let width = 0;
  for (const { segment } of segmenter.segment(line)) {
    const next = width + (wide.test(segment) ? 2 : 1);
    if (next > columns) break;
    text += segment;
    width = next;
  }
  return { text, width };
}

function pad({ text, width }: Measured, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width));
}
