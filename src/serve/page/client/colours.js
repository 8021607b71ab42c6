/** Colour of all models that came after the others had one. */
export const restColour = 6;

/** @type {Map<string, number>} */
const colours = new Map();

/** Number of a model's colour. It keeps it, whatever its rank. @param {string} model */
export function colourOf(model) {
  const known = colours.get(model);
  if (known !== undefined) return known;
  if (colours.size >= restColour) return restColour;
  colours.set(model, colours.size);
  return colours.size - 1;
}
