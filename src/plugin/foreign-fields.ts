/**
 * Fields of a request by which servers of several providers take another model, provider or tool than the one that was
 * chosen, or show the request to a further model (`moderation`). No constraint has seen those.
 */
export const fieldsOfGateways: readonly string[] = [
  "models",
  "fallbacks",
  "provider",
  "route",
  "plugins",
  "moderation",
];
