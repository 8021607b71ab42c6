/** A change of a prompt that keeps its meaning. */
export type Noise = (prompt: string, random: () => number) => string;

const around =
  (before: readonly string[], after: readonly string[]): Noise =>
  (prompt, random) =>
    `${pick(before, random)}${prompt}${pick(after, random)}`;

/** Framing of the kinds and words that the reader removes. */
const listed: Readonly<Record<string, Noise>> = {
  courtesies: around(
    [
      "Hello! ",
      "Hi there, ",
      "Good morning. ",
      "Could you please help me with this? ",
      "I would be grateful for your help: ",
      "Please answer: ",
      "Guten Tag, ",
      "",
    ],
    [
      " Thank you very much!",
      " Thanks in advance.",
      " Please and thank you.",
      " Many thanks for your help!",
      " I appreciate it.",
      "\n\nMerci beaucoup !",
    ],
  ),
  "a role": around(
    [
      "You are a helpful assistant. ",
      "Act as an expert in this field.\n\n",
      "You're my personal tutor. ",
      "### Instruction:\n",
    ],
    [""],
  ),
  "a fence": (prompt) => `\`\`\`\n${prompt}\n\`\`\``,
  "quotation marks": (prompt, random) => (random() < 0.5 ? `“${prompt}”` : `"""\n${prompt}\n"""`),
  "a quotation": (prompt) => `> ${prompt}`,
  "a signature": around(
    [""],
    ["\n\nBest regards,\nJo Smith", "\n\n-- \nDr. A. Weber\nAcme Ltd.", "\nSent from my iPhone"],
  ),
};

/** Framing in words that the reader does not know: what rules do not reach. */
const unlisted: Readonly<Record<string, Noise>> = {
  "unlisted courtesies": around(
    [
      "My colleague said you are good at this sort of thing. ",
      "Lovely to meet you; here comes my little request. ",
      "Forgive the bluntness: ",
      "On my desk today, ",
    ],
    [" You would make my day.", " Much obliged, truly.", " No rush at all.", ""],
  ),
  "an unlisted role": around(
    [
      "Whatever you write will be read aloud on the radio. ",
      "Reply in the voice of a seasoned practitioner. ",
      "Keep to the house style. ",
    ],
    [""],
  ),
  "unlisted wrappers": (prompt, random) =>
    random() < 0.5 ? `<ticket>${prompt}</ticket>` : prompt.replace(/^/gm, "| "),
};

/** Kinds of noise by name. */
export const noises: Readonly<Record<string, Noise>> = {
  typos: (prompt, random) => withTypos(prompt, 0.03, random),
  "lower case": (prompt) => prompt.toLowerCase(),
  "upper case": (prompt) => prompt.toUpperCase(),
  "white space": withWhiteSpace,
  "punctuation removed": (prompt) => prompt.replace(/[.,;:!?"'“”«»。，、！？；：]/g, ""),
  ...listed,
  ...unlisted,
};

function pick(choices: readonly string[], random: () => number): string {
  return choices[Math.floor(random() * choices.length)] as string;
}
/** Changes each letter with a probability: drops it, doubles it, swaps it with the next, or replaces it. */
function withTypos(prompt: string, rate: number, random: () => number): string {
  const letters = [...prompt];
  const isLetter = (character: string | undefined): boolean =>
    character !== undefined && /\p{L}/u.test(character);
  let typed = "";
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] as string;
    if (!isLetter(letter) || random() >= rate) {
      typed += letter;
      continue;
    }
    const kind = Math.floor(random() * 4);
    const next = letters[index + 1];
    if (kind === 1) typed += letter + letter;
    else if (kind === 2 && next !== undefined && isLetter(next)) {
      typed += next + letter;
      index += 1;
    } else if (kind >= 2) typed += String.fromCharCode(0x61 + Math.floor(random() * 26));
  }
  return typed;
}

/** Doubles some spaces, replaces some by tabs or line ends, and adds white space around the prompt. */
function withWhiteSpace(prompt: string, random: () => number): string {
  const other = (space: string): string => {
    if (random() >= 0.15) return space;
    return pick(["  ", "  ", "  ", "\t", "\n"], random);
  };
  return `${pick(["  ", "\n"], random)}${prompt.replace(/ /g, other)}${pick([" \n", "\n\n"], random)}`;
}
