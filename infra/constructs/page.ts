import { DefaultStackSynthesizer, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { pageOf } from '../built.ts';
import { credentialsOf, type Settings } from '../context-settings.ts';
import { STAGE } from './websocket-api.ts';

/** The files of the page, in a bucket that only CloudFront reads. */
export class Page extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Every deployment brings all files.
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    const common = {
      destinationBucket: this.bucket as IBucket,
      // Pages that were loaded before a deployment still ask for the files of their own version.
      prune: false,
      logGroup: new LogGroup(this, 'DeploymentLogs', {
        retention: settings.logRetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    };
    const files = Source.asset(pageOf(this, credentialsOf(settings)));
    // Their names change with their content.
    const { handlerRole } = new BucketDeployment(this, 'Assets', {
      ...common,
      sources: [files],
      exclude: ['*'],
      include: ['assets/*'],
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    });
    // Browsers and CloudFront ask whether these have changed, so a deployment needs no invalidation.
    new BucketDeployment(this, 'Files', {
      ...common,
      sources: [files, Source.jsonData('config.json', configOf(settings))],
      exclude: ['assets/*'],
      cacheControl: [CacheControl.noCache()],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'CloudFront alone reads these public files, and has logs of its own.',
    });
    this.#acknowledgeHandler(handlerRole);
  }

  /** The CDK's function that copies files into buckets, one for the stack: it chooses its runtime and permissions itself. */
  #acknowledgeHandler(role: IRole): void {
    const handler = role.node.scope ?? this;
    const bucket = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    const qualifier = DefaultStackSynthesizer.DEFAULT_QUALIFIER;
    const assets = `arn:<AWS::Partition>:s3:::cdk-${qualifier}-assets-<AWS::AccountId>-<AWS::Region>/*`;
    const findings = {
      'AwsSolutions-L1': 'The CDK chooses a runtime that its code was tested with.',
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
        'The CDK lets its own functions write logs by this policy.',
      ...Object.fromEntries(
        [
          ...['GetBucket*', 'GetObject*', 'List*', 'Abort*', 'DeleteObject*'].map(
            (action) => `Action::s3:${action}`,
          ),
          `Resource::${assets}`,
          `Resource::<${bucket}.Arn>/*`,
        ].map((what) => [
          `AwsSolutions-IAM5[${what}]`,
          'The CDK lets this function read its own assets, and read and write the objects of this one bucket.',
        ]),
      ),
    };
    for (const [id, reason] of Object.entries(findings)) Validations.of(handler).acknowledge({ id, reason });
  }
}

/** What the page and clients on other pages have to know. Paths are relative to the address of `config.json`. */
function configOf({ 'auth.issuer': url, 'auth.audience': audience, 'auth.viewers': viewers }: Settings) {
  return {
    webSocketUrl: `/${STAGE}`,
    eventsUrl: '/api/events',
    ...(url !== undefined && { issuer: { url, audience, viewers } }),
  };
}
