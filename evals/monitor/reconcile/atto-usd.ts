/** Parts of a dollar in which sums are exact: 18 decimals, more than any export has. */
const decimals = 18;
const attoPerNano: bigint = 10n ** BigInt(decimals - 9);

/** Returns a decimal number (`0.003835980`, `1.29e-05`, `-3`) in parts of 10^-18; undefined for any other text. */
export function attoOf(text: string): bigint | undefined {
  const read = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(text.trim());
  if (read === null) return undefined;
  const [, sign = "", whole = "", part = "", exponent = "0"] = read;
  if (whole === "" && part === "") return undefined;
  // Digits beyond the 18th decimal are dropped.
  const shift = decimals - part.length + Number(exponent);
  const digits = BigInt(whole + part);
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === "-" ? -value : value;
}

export function attoOfNano(nano: bigint): bigint {
  return nano * attoPerNano;
}

/** Returns nano-dollars, rounded. */
export function nanoOfAtto(atto: bigint): bigint {
  const half = attoPerNano / 2n;
  return (atto < 0n ? atto - half : atto + half) / attoPerNano;
}

/** Returns US dollars, rounded to a nano-dollar. */
export function usdOfAtto(atto: bigint): number {
  return Number(nanoOfAtto(atto)) / 1e9;
}
