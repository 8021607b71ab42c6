/** A change of a prompt that keeps its meaning. */
type Change = (prompt: string, random: () => number) => string;

/** Share of letters that get a typing error. */
const typos = 0.03;

/** Changes that should not move a prompt to the other model, by name. */
export const changes: Readonly<Record<string, Change>> = {
  typos: (prompt, random) =>
    prompt.replace(/\p{L}/gu, (letter) => (random() < typos ? mistyped(letter, random) : letter)),
  case: (prompt, random) => (random() < 0.5 ? prompt.toLowerCase() : prompt.toUpperCase()),
  punctuation: (prompt) => prompt.replace(/[.,;:!?]+(?=\s|$)/gu, ""),
  courtesies: (prompt, random) => `${pick(before, random)}${prompt}${pick(after, random)}`,
  "role line": (prompt) => `You are a helpful assistant.\n\n${prompt}`,
  fence: (prompt) => `\`\`\`\n${prompt}\n\`\`\``,
  quotes: (prompt) => `"${prompt}"`,
  signature: (prompt, random) => `${prompt}\n\n${pick(signatures, random)}`,
};

const before = ["Hello! ", "Hi, ", "Please help me. ", "Could you please help me with this? ", ""];
const after = [" Thank you!", " Thanks in advance.", " Thank you very much!", " Please."];
const signatures = ["Best regards,\nAnna", "Thanks,\nTom", "Kind regards"];

/** Drops a letter, doubles it, or replaces it. */
function mistyped(letter: string, random: () => number): string {
  const kind = random();
  if (kind < 1 / 3) return "";
  return kind < 2 / 3 ? letter + letter : String.fromCharCode(0x61 + Math.floor(random() * 26));
}

function pick(choices: readonly string[], random: () => number): string {
  return choices[Math.floor(random() * choices.length)] ?? "";
}
