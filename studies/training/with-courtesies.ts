const before = [
  "Hi, ",
  "Hello, ",
  "Hey, can you please tell me: ",
  "Dear assistant, ",
  "Please help me. ",
  "I need some help with something. ",
  "Would you kindly answer this? ",
  "I was wondering about this: ",
  "Could you help? ",
  "Good afternoon! ",
  "Please, ",
  "Quick question: ",
  "If you have a moment: ",
  "I hope you are well. ",
];
const after = [
  " Thanks!",
  " Thank you.",
  " Thank you so much, I really appreciate your help.",
  " Please.",
  " Thanks a lot for your time!",
  " Cheers.",
  " I would appreciate any help.",
  " That would be great, thank you!",
  " Have a nice day.",
  " Let me know, please.",
];

/** Adds a courtesy before a prompt, after it, or both. Takes three random numbers. */
export function withCourtesies(prompt: string, random: () => number): string {
  const place = random();
  const pick = (phrases: readonly string[]): string =>
    phrases[Math.floor(random() * phrases.length)] as string;
  const [first, last] = [pick(before), pick(after)];
  return `${place < 2 / 3 ? first : ""}${prompt}${place > 1 / 3 ? last : ""}`;
}
