let invocations = 0;

export const handler = async (event, context) => {
  const { getRemainingTimeInMillis, ...rest } = context;
  console.log('echoing', event);
  return {
    event,
    invocations: ++invocations,
    context: { ...rest, remaining: getRemainingTimeInMillis() },
    environment: process.env,
  };
};
