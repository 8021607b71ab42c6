/** A longer text is sampled at this many places. */
const samples = 64;

/** Step of the golden-ratio sequence: samples fall unevenly, so no period of a text hides from them. */
const golden = 0.618_033_988_749_894_9;

/**
 * Tokens of a text, estimated as UTF-8 bytes / 4, rounded up, in bounded time whatever its length.
 * Up to 64 UTF-16 units the bytes are counted; a longer text is its length times the mean bytes per
 * unit of 64 samples, one in each of 64 equal stretches. Where a text is of one script that is
 * exact, where scripts mix at random the standard error is at most 7 %, on no text is it off by more
 * than a factor of 3. Against the tokens of o200k_base the estimate is 0.7 to 1.5 times as much on
 * English, code and CJK of a few hundred characters, about 0.6 times on emoji.
 */
export function estimateTokens(text: string): number {
  const { length } = text;
  let bytes = 0;
  if (length <= samples) {
    for (let at = 0; at < length; at += 1) bytes += bytesOf(text.charCodeAt(at));
    return Math.ceil(bytes / 4);
  }
  const stretch = length / samples;
  let within = 0;
  for (let at = 0; at < samples; at += 1) {
    bytes += bytesOf(text.charCodeAt(Math.floor((at + within) * stretch)));
    within += golden;
    if (within >= 1) within -= 1;
  }
  return Math.ceil((bytes * stretch) / 4);
}

/** UTF-8 bytes of one UTF-16 unit; half a surrogate pair is half of four. */
function bytesOf(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
}
