// A search for framing costs more than the rest of a decision, so these tables tell first whether there may be any.
// A dot stands for any character, a low line for a space.
/** The first three characters of the pieces that `opening` finds, but for those that begin with a number sign. */
const openers =
  "hi. hel hey hal gre goo gut bon sal hol bue cia ola bom boa buo mer sel cze dzi xin dea ple i_n i_c i_h i_w cou can wou wil qui sor jus won if_ whe kin bit por s'i per lut pro fro you act ima pre beh tak as_ [in ins sys use hum que tas inp q.. ans res rep be_";
/** The first three characters of the pieces that `closing` finds. */
const closers =
  "man war kin tha thi thx ty. che ple muc i_w i'd i_r i_a it_ let hav vie her dan mer mui gra obr tes dzi cam";
/** The first three characters of a signature's line. */
const signers = "--. kin bes war reg sin you sen mit cor sal";

/** One bit for each three characters, of which five bits each count: some others share their bits, and case does not. */
function tableOf(starts: string): Int32Array {
  const table = new Int32Array(1_024);
  const set = (place: number) => {
    table[place >> 5] = (table[place >> 5] as number) | (1 << (place & 31));
  };
  for (const start of starts.split(" ")) {
    const [first, second, third] = [0, 1, 2].map((at) => codesOf(start.charCodeAt(at))) as [
      readonly number[],
      readonly number[],
      readonly number[],
    ];
    for (const one of first)
      for (const two of second) for (const three of third) set((one << 10) | (two << 5) | three);
  }
  return table;
}

function codesOf(code: number): readonly number[] {
  if (code === 0x2e) return Array.from({ length: 32 }, (_, one) => one);
  return [code === 0x5f ? 0x20 & 31 : code & 31];
}

// Filled when the first prompt is read: importing the package need not wait for them.
let openerTable: Int32Array | undefined;
let closerTable: Int32Array | undefined;
let signerTable: Int32Array | undefined;

/** Characters of other scripts, and the end of the text, may belong to any framing. */
function mayBegin(table: Int32Array, text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  if (!(first < 128 && second < 128 && third < 128)) return true;
  const place = ((first & 31) << 10) | ((second & 31) << 5) | (third & 31);
  return (((table[place >> 5] as number) >>> (place & 31)) & 1) === 1;
}

/** False only if no greeting, courtesy, role or label begins at an index. */
export function mayOpen(text: string, at: number): boolean {
  openerTable ??= tableOf(openers);
  return text.charCodeAt(at) === 0x23 || mayBegin(openerTable, text, at);
}

/** False only if no thanks begin at an index. */
export function mayClose(text: string, at: number): boolean {
  closerTable ??= tableOf(closers);
  return mayBegin(closerTable, text, at);
}

/** False only if the line at an index begins no signature. */
export function maySign(text: string, line: number): boolean {
  let at = line;
  while (at < line + 4 && text.charCodeAt(at) === 0x20) at += 1;
  signerTable ??= tableOf(signers);
  return mayBegin(signerTable, text, at);
}
