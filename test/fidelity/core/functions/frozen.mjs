let firedAt;

// Starts a timer and does not wait for it; tells when the one before fired.
export const handler = async ({ timerMs }) => {
  if (timerMs === undefined) return { firedAt };
  setTimeout(() => {
    firedAt = Date.now();
  }, timerMs);
  return { dueAt: Date.now() + timerMs };
};
