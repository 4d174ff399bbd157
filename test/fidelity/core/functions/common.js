// CommonJS, since no package.json next to it says otherwise.
const { answer } = require('./common-answer.js');

exports.handler = async () => ({
  answer,
  requires: typeof require,
  sdk: typeof require('@aws-sdk/client-dynamodb'),
});
