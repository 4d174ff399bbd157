let fired = 0;

export const handler = async ({ startTimer }) => {
  const before = fired;
  if (startTimer) setTimeout(() => fired++, 1);
  return before;
};
