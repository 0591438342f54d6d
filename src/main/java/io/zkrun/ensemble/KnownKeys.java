package io.zkrun.ensemble;

import io.zkrun.config.Nearest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys of a {@code zoo.cfg} that ZooKeeper 3.9.5 reads. What its parser does not know itself
 * becomes the system property {@code zookeeper.KEY}, which some other part may read, or nothing.
 */
final class KnownKeys {
  /** What a key takes. */
  enum Kind {
    NUMBER,
    PORT,
    BOOLEAN,
    TEXT
  }

  private static final String NUMBERS =
      """
      clientPortListenBacklog tickTime maxClientCnxns minSessionTimeout maxSessionTimeout initLimit
      syncLimit connectToLearnerMasterLimit electionAlg observerMasterPort
      autopurge.snapRetainCount autopurge.purgeInterval quorum.cnxn.threads.size
      jvm.pause.info-threshold.ms jvm.pause.warn-threshold.ms jvm.pause.sleep.time.ms
      multiAddress.reachabilityCheckTimeoutMs
      """;

  private static final String BOOLEANS =
      """
      localSessionsEnabled localSessionsUpgradingEnabled quorumListenOnAllIPs syncEnabled
      standaloneEnabled reconfigEnabled sslQuorum portUnification sslQuorumReloadCertFiles
      quorum.auth.enableSasl quorum.auth.serverRequireSasl quorum.auth.learnerRequireSasl
      jvm.pause.monitor multiAddress.enabled multiAddress.reachabilityCheckEnabled
      """;

  private static final String TEXTS =
      """
      dataDir dataLogDir clientPortAddress secureClientPortAddress peerType dynamicConfigFile
      quorum.auth.learner.saslLoginContext quorum.auth.server.saslLoginContext
      quorum.auth.kerberos.servicePrincipal metricsProvider.className oraclePath
      """;

  /** Read as system properties {@code zookeeper.KEY}; their values are not looked at here. */
  private static final String PROPERTIES =
      """
      4lw.commands.whitelist
      DigestAuthenticationProvider.digestAlg DigestAuthenticationProvider.enabled
      DigestAuthenticationProvider.superDigest IPAuthenticationProvider.usexforwardedfor
      SASLAuthenticationProvider.superPassword X509AuthenticationProvider.superUser
      admin.commandURL admin.enableServer admin.forceHttps admin.httpVersion admin.idleTimeout
      admin.needClientAuth admin.portUnification admin.rateLimiterIntervalInMS
      admin.restore.enabled admin.serverAddress admin.serverPort admin.snapshot.enabled
      allowSaslFailedClients audit.enable audit.impl.class bitHashCacheSize client.certReload
      client.portUnification client.secure clientCnxnSocket clientTcpKeepAlive
      closeSessionTxn.enabled cnxTimeout commitLogCount commitProcessor.maxCommitBatchSize
      commitProcessor.maxReadBatchSize commitProcessor.numWorkerThreads
      commitProcessor.shutdownTimeout configuration connection_throttle_decrease_ratio
      connection_throttle_drop_decrease connection_throttle_drop_increase
      connection_throttle_fill_count connection_throttle_fill_time
      connection_throttle_freeze_time connection_throttle_global_session_weight
      connection_throttle_local_session_weight connection_throttle_renew_session_weight
      connection_throttle_tokens connection_throttle_weight_enabled controllerPort
      datadir.autocreate db.autocreate digest.enabled disableAutoWatchReset
      electionPortBindRetry emulate353TTLNodes enableEagerACLCheck enforce.auth.enabled
      enforce.auth.schemes enforceQuota ensembleAuthName extendedTypesEnabled
      fastleader.maxNotificationInterval fastleader.minNotificationInterval fips-mode flushDelay
      follower.skipLearnerRequestToNextProcessor forceSnapshotSync forceSync
      forward_learner_requests_to_commit_processor_disabled fsync.warningthresholdms
      globalOutstandingLimit intBufferStartingSizeBytes jmx.log4j.disable jmx.log4j.mbean
      jute.maxbuffer.extrasize kerberos.canonicalizeHostNames kerberos.minReLoginTimeMs
      kerberos.removeHostFromPrincipal kerberos.removeRealmFromPrincipal kinit
      largeRequestMaxBytes largeRequestThreshold leader.ackLoggingFrequency
      leader.closeSocketAsync leader.maxConcurrentDiffSyncs leader.maxConcurrentSnapSyncs
      leader.maxTimeToWaitForEpoch leaderConnectDelayDuringRetryMs leaderServes
      learner.asyncSending learner.closeSocketAsync letAnySaslUserDoX maxBatchSize maxCnxns
      maxGetChildrenResponseCacheSize maxInProcessingDeadWatchers maxResponseCacheSize
      maxWriteQueuePollTime messageTracker.BufferSize messageTracker.Enabled
      netty.advancedFlowControl.enabled netty.server.earlyDropSecureConnectionHandshakes
      netty.server.outstandingHandshake.limit nio.directBufferBytes nio.numSelectorThreads
      nio.numWorkerThreads nio.sessionlessCnxnTimeout nio.shutdownTimeout
      observer.election.DelayMs observer.reconnectDelayMs observer.syncEnabled
      observerMaster.sizeLimit pathStats.delay pathStats.enabled pathStats.initialDelay
      pathStats.maxDepth pathStats.sampleRate pathStats.slotCapacity pathStats.slotDuration
      pathStats.topPathMax preAllocSize quorumCnxnTimeoutMs request.timeout
      request_stale_connection_check request_stale_latency_check request_throttle_drop_stale
      request_throttle_max_requests request_throttle_stall_time request_throttler.shutdownTimeout
      requireKerberosConfig sasl.client sasl.client.canonicalize.hostname sasl.client.username
      sasl.clientconfig sasl.serverconfig security.auth_to_local
      serializeLastProcessedZxid.enabled server.principal server.realm serverCnxnFactory
      sessionRequireClientSASLAuth skipACL snapCount snapSizeLimitInKb
      snapshot.compression.method snapshot.trust.empty snapshotSizeFactor ssl.authProvider
      ssl.sslProvider superUser tcpKeepAlive test.allowDiscontinuousProposals
      testingonly.initialZxid throttled_op_wait_time txnLogSizeLimitInKb version
      watchManagerName watcherCleanIntervalInSeconds watcherCleanThreadsNum watcherCleanThreshold
      """;

  /** After {@code ssl.} and {@code ssl.quorum.}. */
  private static final String SSL =
      """
      protocol enabledProtocols ciphersuites keyStore.location keyStore.password
      keyStore.passwordPath keyStore.type trustStore.location trustStore.password
      trustStore.passwordPath trustStore.type context.supplier.class hostnameVerification
      clientHostnameVerification allowReverseDnsLookup crl ocsp clientAuth
      handshakeDetectionTimeoutMillis
      """;

  /** Read as system properties of just this name, which no line of the file can set. */
  private static final Set<String> LAUNCHER_ONLY =
      words(
          """
          readonlymode.enabled znode.container.checkIntervalMs znode.container.maxPerMinute
          znode.container.maxNeverUsedIntervalMs follower.nodelay
          java.security.auth.login.config
          """);

  private static final Pattern NUMBERED = Pattern.compile("(server|group|weight)\\.(.*)");
  private static final Pattern NEARLY_NUMBERED = Pattern.compile("([A-Za-z]+)[._-]?(\\d+)");

  private static final Map<String, Kind> KINDS = kinds();

  private KnownKeys() {}

  static boolean isServer(String key) {
    return key.startsWith("server.") && !KINDS.containsKey(key);
  }

  static boolean isGroupOrWeight(String key) {
    return key.startsWith("group.") || key.startsWith("weight.");
  }

  static boolean isLauncherOnly(String key) {
    return LAUNCHER_ONLY.contains(key);
  }

  static boolean isKnown(String key) {
    return KINDS.containsKey(key)
        || NUMBERED.matcher(key).matches()
        || key.startsWith("metricsProvider.")
        || key.startsWith("authProvider.")
        || key.startsWith("ssl.authProvider.");
  }

  static Kind kind(String key) {
    return KINDS.getOrDefault(key, Kind.TEXT);
  }

  /** The key that a mistaken one means, where one comes near. */
  static Optional<String> meantBy(String key) {
    if (key.startsWith("zookeeper.") && isKnown(key.substring("zookeeper.".length()))) {
      return Optional.of(key.substring("zookeeper.".length()));
    }
    Matcher numbered = NEARLY_NUMBERED.matcher(key);
    if (numbered.matches()) {
      Optional<String> stem =
          Nearest.among(
              Set.of("server", "group", "weight"), numbered.group(1).toLowerCase(Locale.ROOT));
      if (stem.isPresent()) {
        return Optional.of(stem.get() + "." + numbered.group(2));
      }
    }
    return Nearest.among(KINDS.keySet(), key);
  }

  private static Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new HashMap<>();
    words(PROPERTIES).forEach(key -> kinds.put(key, Kind.TEXT));
    for (String key : words(SSL)) {
      kinds.put("ssl." + key, Kind.TEXT);
      kinds.put("ssl.quorum." + key, Kind.TEXT);
    }
    words(TEXTS).forEach(key -> kinds.put(key, Kind.TEXT));
    words(NUMBERS).forEach(key -> kinds.put(key, Kind.NUMBER));
    words(BOOLEANS).forEach(key -> kinds.put(key, Kind.BOOLEAN));
    kinds.put("clientPort", Kind.PORT);
    kinds.put("secureClientPort", Kind.PORT);
    return Map.copyOf(kinds);
  }

  private static Set<String> words(String text) {
    return new TreeSet<>(List.of(text.strip().split("\\s+")));
  }
}
