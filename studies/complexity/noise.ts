/** A change of a prompt that keeps its meaning. */
export type Noise = (prompt: string, random: () => number) => string;

const before = [
  "Hello! ",
  "Hi there, ",
  "Good morning. ",
  "Could you please help me with this? ",
  "I would be grateful for your help: ",
  "Please answer: ",
  "",
];
const after = [
  " Thank you very much!",
  " Thanks in advance.",
  " Please and thank you.",
  " Many thanks for your help!",
  " I appreciate it.",
];

/** Kinds of noise by name. The courtesies differ from those in training. */
export const noises: Readonly<Record<string, Noise>> = {
  typos: (prompt, random) => withTypos(prompt, 0.03, random),
  "lower case": (prompt) => prompt.toLowerCase(),
  "upper case": (prompt) => prompt.toUpperCase(),
  politeness: (prompt, random) => `${pick(before, random)}${prompt}${pick(after, random)}`,
  "white space": withWhiteSpace,
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
