import type { Settings } from './context-settings.ts';

/** The settings as props of the construct. `npm run docs` writes this file, from docs/settings.md. */
export interface SettingsProps {
  /** Prefix of the stack names, so that several chats can share one account and region. Default: the path of the construct. */
  readonly name?: Settings['name'];
  /** A table that is there already, such as one that was restored, and the ARN of its stream. Without them the chat makes a table. Default: none. */
  readonly tableName?: Settings['tableName'];
  /** A table that is there already, such as one that was restored, and the ARN of its stream. Without them the chat makes a table. Default: none. */
  readonly tableStreamArn?: Settings['tableStreamArn'];
  /** `true`: deleting the stacks deletes the table too. Default: `false`. */
  readonly ephemeral?: Settings['ephemeral'];
  /** Origins whose pages may call the HTTP API, comma-separated: `https://example.com`, without a path or a slash at the end. Default: `["*"]`. */
  readonly corsOrigins?: Settings['corsOrigins'];
  /** Requests a second that the WebSocket stage accepts (messages, handshakes and closes); the HTTP stage has the same limit. Default: `2000`. */
  readonly throttleRate?: Settings['throttleRate'];
  /** Size of the burst for that limit. Default: `1000`. */
  readonly throttleBurst?: Settings['throttleBurst'];
  /** How long logs are kept; one of the numbers of days that CloudWatch Logs supports. Default: `30`. */
  readonly logRetentionDays?: Settings['logRetentionDays'];
  /** `true` creates the role that lets API Gateway write logs, which a new account and region lacks. All APIs there share this role, so it is kept when the stack is deleted. Default: `false`. */
  readonly createApiGatewayAccountRole?: Settings['createApiGatewayAccountRole'];
  /** A line in the logs for each request that API Gateway gets, in log groups `/aws/vendedlogs/…`; `false`: none, and no role is needed. Default: `true`. */
  readonly accessLogs?: Settings['accessLogs'];
  /** Concurrent executions that the function has for itself, and the most it may have; see concurrency. Default: none. */
  readonly 'concurrency.deliver'?: Settings['concurrency.deliver'];
  /** Concurrent executions that the function has for itself, and the most it may have; see concurrency. Default: none. */
  readonly 'concurrency.post'?: Settings['concurrency.post'];
  /** Concurrent executions that the function has for itself, and the most it may have; see concurrency. Default: none. */
  readonly 'concurrency.open'?: Settings['concurrency.open'];
  /** Concurrent executions that the function has for itself, and the most it may have; see concurrency. Default: none. */
  readonly 'concurrency.sweep'?: Settings['concurrency.sweep'];
  /** Concurrent executions that the function has for itself, and the most it may have; see concurrency. Default: none. */
  readonly 'concurrency.heartbeat'?: Settings['concurrency.heartbeat'];
  /** An address that alarms write to. Default: none. */
  readonly alarmEmail?: Settings['alarmEmail'];
  /** ARN of an SNS topic of yours that alarms publish to. Without both, alarms are seen on the dashboard and in the console. Default: none. */
  readonly alarmTopicArn?: Settings['alarmTopicArn'];
  /** The alarm `DeliveryLag` rings when messages take so long to reach everybody; 300 at most. Default: `10`. */
  readonly alarmLagSeconds?: Settings['alarmLagSeconds'];
  /** The alarm `Spending` rings when an hour costs more US dollars than this. Default: `20`. */
  readonly spendPerHourMax?: Settings['spendPerHourMax'];
  /** `false`: no dashboard. Three are free in an account, each more costs $3 a month. Default: `true`. */
  readonly dashboard?: Settings['dashboard'];
  /** `false`: no CloudFront and no page, only the APIs at their own addresses. If the edge was deployed before, delete its stack: `npx cdk destroy LiveEventChatEdge`. Default: `true`. */
  readonly edge?: Settings['edge'];
  /** A domain of your own, such as `chat.example.com`. Without it the edge has the domain that CloudFront gives it. Default: none. */
  readonly domainName?: Settings['domainName'];
  /** The certificate for that domain, in us-east-1; required with `domainName`. Default: none. */
  readonly certificateArn?: Settings['certificateArn'];
  /** The Route 53 zone of that domain, which gets A and AAAA records. Without it, let the domain point to the output `DistributionDomainName` yourself. Default: none. */
  readonly hostedZoneId?: Settings['hostedZoneId'];
  /** A web ACL of AWS WAF for CloudFront (global, in us-east-1). It guards the edge, not the APIs' own addresses. Default: none. */
  readonly webAclArn?: Settings['webAclArn'];
  /** The edge locations of CloudFront that are used: `All`, `200` (without the most expensive ones) or `100` (North America, Europe and Israel). Default: `"All"`. */
  readonly priceClass?: Settings['priceClass'];
  /** Audiences up to this size are served by the sender's own Lambda function, larger ones by the function on the stream; `0`: always by the stream. Default: `50`. */
  readonly directAudienceMax?: Settings['directAudienceMax'];
  /** Frames a second that all events together may post. This is the chat's share of API Gateway's quota for the account and region: 10,000 requests a second, or 2,500 in newer regions, where 2000 is a good value. Leave room for acknowledgements and histories, which are not counted. Default: `8000`. */
  readonly framesPerSecond?: Settings['framesPerSecond'];
  /** Frames a second that one event may post: an audience of 5,000 gets one frame a second, an audience of 50 one every 10 ms. Default: `5000`. */
  readonly eventFramesPerSecond?: Settings['eventFramesPerSecond'];
  /** Connections that one Lambda function serves. A larger audience is split into chunks, which `post` functions serve, at most 16 at a time. Default: `1000`. */
  readonly chunkConnections?: Settings['chunkConnections'];
  /** Typing is announced in audiences up to this size. Default: `50`. */
  readonly typingAudienceMax?: Settings['typingAudienceMax'];
  /** Socket.IO clients that connect without `batch=1` can join audiences smaller than this. Default: `1000`. */
  readonly unbatchedAudienceMax?: Settings['unbatchedAudienceMax'];
  /** A Socket.IO client that reconnects within this time gets what it missed and continues its session; `0`: never. Clients are pinged so often that they notice a dead link within it: every 8 minutes, more often if it is shorter than 10 minutes, every minute if it is 3 minutes or less. Default: `600`. */
  readonly recoverySeconds?: Settings['recoverySeconds'];
  /** How long a Socket.IO client that lost its connection is still shown as present; one that leaves on purpose is announced at once. Default: `60`. */
  readonly presenceGraceSeconds?: Settings['presenceGraceSeconds'];
  /** In audiences larger than this, several joins, leaves or renamings at once become one event with at most 20 names; so do more than 100 at once in any audience. Default: `50`. */
  readonly presenceSummaryAbove?: Settings['presenceSummaryAbove'];
  /** Connections that one participant may have in an event; if there are more, the oldest is told why and closed. Default: `20`. */
  readonly tabsPerParticipant?: Settings['tabsPerParticipant'];
  /** Windows serve viewers at most this often, 0 to 30; `0`: as often as participants. Viewers then hear everything up to so much later, and cost fewer frames; see viewers. Default: `0`. */
  readonly viewerPaceSeconds?: Settings['viewerPaceSeconds'];
  /** Connections that may watch an event, about: a window counts them. Default: `100000`. */
  readonly viewersMax?: Settings['viewersMax'];
  /** How long messages are kept. Default: `30`. */
  readonly messageRetentionDays?: Settings['messageRetentionDays'];
  /** An event is deleted this many days after its end, with everything of it but its audit log; without a value, after `messageRetentionDays`. Default: none. */
  readonly endedEventRetentionDays?: Settings['endedEventRetentionDays'];
  /** How long the audit log of moderation is kept, also that of a deleted event. Default: `365`. */
  readonly auditRetentionDays?: Settings['auditRetentionDays'];
  /** Rate limit for messages, for one participant on all their connections. Default: `5`. */
  readonly sendsPerSecond?: Settings['sendsPerSecond'];
  /** Rate limit for messages, for one participant on all their connections. Default: `10`. */
  readonly sendBurst?: Settings['sendBurst'];
  /** Rate limit for messages from a backend, for one caller; the burst is twice as much. Default: `20`. */
  readonly publishPerSecond?: Settings['publishPerSecond'];
  /** Rate limit for typing, for one participant. Default: `2`. */
  readonly typingPerSecond?: Settings['typingPerSecond'];
  /** Rate limit for typing, for one participant. Default: `4`. */
  readonly typingBurst?: Settings['typingBurst'];
  /** Rate limit for reactions, for one participant, or one caller of the HTTP API. Default: `5`. */
  readonly reactsPerSecond?: Settings['reactsPerSecond'];
  /** Rate limit for reactions, for one participant, or one caller of the HTTP API. Default: `10`. */
  readonly reactBurst?: Settings['reactBurst'];
  /** Rate limit for joining and watching, for one participant and one connection. Default: `2`. */
  readonly joinsPerSecond?: Settings['joinsPerSecond'];
  /** Rate limit for joining and watching, for one participant and one connection. Default: `10`. */
  readonly joinBurst?: Settings['joinBurst'];
  /** Rate limit for all other requests of one connection; see what else a connection may ask. Default: `50`. */
  readonly requestsPerSecond?: Settings['requestsPerSecond'];
  /** Rate limit for all other requests of one connection; see what else a connection may ask. Default: `1000`. */
  readonly requestBurst?: Settings['requestBurst'];
  /** Share (0 to 1) of the invocations that log debug lines. Default: `0`. */
  readonly debugSampleRate?: Settings['debugSampleRate'];
  /** Origins whose pages may open a WebSocket, comma-separated; others are refused with 403. Name the origin of the edge, too, if people use its page. Clients that are no browsers send no origin, and may connect: it protects people from foreign pages, and is no access control. Default: `["*"]`. */
  readonly allowedOrigins?: Settings['allowedOrigins'];
  /** URL of an OpenID Connect issuer, exactly as in its discovery document and in the `iss` of its tokens. It must be `https`; on the local stack, `http` on this machine is also accepted. Default: none. */
  readonly 'auth.issuer'?: Settings['auth.issuer'];
  /** The `aud` that tokens must have, or their `client_id` if they have no `aud` (as access tokens of Amazon Cognito); required with an issuer. Default: none. */
  readonly 'auth.audience'?: Settings['auth.audience'];
  /** The claim that usernames come from. If it is missing, `preferred_username` is used, then `sub`. Default: `"name"`. */
  readonly 'auth.usernameClaim'?: Settings['auth.usernameClaim'];
  /** The claim that the metadata of participants come from: an object of strings. Default: `"chat_metadata"`. */
  readonly 'auth.metadataClaim'?: Settings['auth.metadataClaim'];
  /** Tokens with this scope may create and change events, and moderate all of them. Default: `"chat:operate"`. */
  readonly 'auth.operatorScope'?: Settings['auth.operatorScope'];
  /** Tokens with this scope may moderate every event. Default: `"chat:moderate"`. */
  readonly 'auth.moderatorScope'?: Settings['auth.moderatorScope'];
  /** Whether those who only watch need a token, too (`token`), or none (`open`); see viewers. Default: `"token"`. */
  readonly 'auth.viewers'?: Settings['auth.viewers'];
  /** One more claim in which to look for these two scopes, besides `scope`, `scp` and `permissions`; for example `cognito:groups`. Default: none. */
  readonly 'auth.rightsClaim'?: Settings['auth.rightsClaim'];
  /** ARN of a Lambda function that reviews messages before anybody gets them. Without it nobody does. Default: none. */
  readonly 'review.function'?: Settings['review.function'];
  /** How long a send waits for the answer of that function, milliseconds: 50 to 5000. Default: `300`. */
  readonly 'review.timeoutMs'?: Settings['review.timeoutMs'];
  /** What becomes of a message if there is no answer in time, or a wrong one: `allow` or `deny`. Default: `"allow"`. */
  readonly 'review.fallback'?: Settings['review.fallback'];
  /** ARN of an EventBridge bus that gets what happens in events and what moderators do. Without it nothing is published. Default: none. */
  readonly 'events.busArn'?: Settings['events.busArn'];
  /** `true`: the bus gets messages, too. Default: `false`. */
  readonly 'events.messages'?: Settings['events.messages'];
}
