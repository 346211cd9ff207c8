// The fields of every struct that travels or is stored, each listed once for
// both directions.  A visitor is called with the wire name and the member.
#pragma once

#include "job/messages.h"
#include "job/record.h"
#include "job/spec.h"
#include "job/state.h"

namespace mlb::wire {

// ---- how far an enum goes ----
constexpr Kind last_of(Kind) {
  return Kind::predict;
}
constexpr Comparison last_of(Comparison) {
  return Comparison::between;
}
constexpr KeptModel last_of(KeptModel) {
  return KeptModel::none;
}
constexpr DataSource last_of(DataSource) {
  return DataSource::dataset;
}
constexpr SplitBy last_of(SplitBy) {
  return SplitBy::automatic;
}
constexpr Missing last_of(Missing) {
  return Missing::constant;
}
constexpr Scale last_of(Scale) {
  return Scale::none;
}
constexpr Encode last_of(Encode) {
  return Encode::target;
}
constexpr Unknown last_of(Unknown) {
  return Unknown::error;
}
constexpr TargetTransform last_of(TargetTransform) {
  return TargetTransform::standard;
}
constexpr TaskAsked last_of(TaskAsked) {
  return TaskAsked::regression;
}
constexpr CsvEncoding last_of(CsvEncoding) {
  return CsvEncoding::cp1252;
}
constexpr CsvRagged last_of(CsvRagged) {
  return CsvRagged::skip;
}
constexpr DatePart last_of(DatePart) {
  return DatePart::epoch;
}
constexpr ColumnType last_of(ColumnType) {
  return ColumnType::time;
}
constexpr ImportanceType last_of(ImportanceType) {
  return ImportanceType::permutation;
}
constexpr PredictFormat last_of(PredictFormat) {
  return PredictFormat::h5;
}
constexpr LayerType last_of(LayerType) {
  return LayerType::repeat;
}
constexpr Init last_of(Init) {
  return Init::lecun;
}
constexpr Padding last_of(Padding) {
  return Padding::fixed;
}
constexpr LossType last_of(LossType) {
  return LossType::mae;
}
constexpr BaselineStrategy last_of(BaselineStrategy) {
  return BaselineStrategy::median;
}
constexpr FeatureFraction last_of(FeatureFraction) {
  return FeatureFraction::number;
}
constexpr KernelType last_of(KernelType) {
  return KernelType::sigmoid;
}
constexpr Gamma last_of(Gamma) {
  return Gamma::number;
}
constexpr Multiclass last_of(Multiclass) {
  return Multiclass::ovo;
}
constexpr KmeansInit last_of(KmeansInit) {
  return KmeansInit::random;
}
constexpr KnnWeights last_of(KnnWeights) {
  return KnnWeights::distance;
}
constexpr OptimizerType last_of(OptimizerType) {
  return OptimizerType::rmsprop;
}
constexpr SpanUnit last_of(SpanUnit) {
  return SpanUnit::time;
}
constexpr ScheduleType last_of(ScheduleType) {
  return ScheduleType::onecycle;
}
constexpr OnNanType last_of(OnNanType) {
  return OnNanType::rollback;
}
constexpr ClassWeightsType last_of(ClassWeightsType) {
  return ClassWeightsType::given;
}
constexpr EarlyStopMode last_of(EarlyStopMode) {
  return EarlyStopMode::on;
}
constexpr JobState last_of(JobState) {
  return JobState::cancelled;
}
constexpr FailureClass last_of(FailureClass) {
  return FailureClass::cancelled;
}
constexpr ItemType last_of(ItemType) {
  return ItemType::checkpoint;
}
constexpr EventType last_of(EventType) {
  return EventType::ended;
}
constexpr WatchFilter last_of(WatchFilter) {
  return WatchFilter::log;
}

// ---- job/spec.h ----
template <class V>
void fields(V& v, Resources& x) {
  v("cpus", x.cpus), v("memory", x.memory), v("timeout", x.timeout);
}
template <class V>
void fields(V& v, Retry& x) {
  v("max", x.max), v("worker_lost", x.on_worker_lost);
  v("signal", x.on_signal), v("backoff", x.backoff);
}
template <class V>
void fields(V& v, Gate& x) {
  v("metric", x.metric), v("comparison", x.comparison);
  v("low", x.low), v("high", x.high), v("condition", x.condition);
}
template <class V>
void fields(V& v, Keep& x) {
  v("model", x.model), v("predictions", x.predictions);
}
template <class V>
void fields(V& v, SplitSpec& x) {
  v("train", x.train), v("valid", x.valid), v("test", x.test);
  v("stratify", x.stratify), v("seed", x.seed), v("by", x.by);
  v("column", x.column), v("train_values", x.train_values);
  v("valid_values", x.valid_values), v("test_values", x.test_values);
}
template <class V>
void fields(V& v, DataSpec& x) {
  v("source", x.source), v("path", x.path), v("digest", x.digest);
  v("bytes", x.bytes), v("split", x.split), v("sample", x.sample);
}
template <class V>
void fields(V& v, CsvSpec& x) {
  v("delimiter", x.delimiter), v("quote", x.quote), v("header", x.header);
  v("missing", x.missing), v("max_field", x.max_field);
  v("escape", x.escape), v("comment", x.comment), v("encoding", x.encoding);
  v("decimal", x.decimal), v("thousands", x.thousands), v("skip", x.skip);
  v("ragged", x.ragged);
}
template <class V>
void fields(V& v, ColumnRule& x) {
  v("pattern", x.pattern), v("type", x.type), v("missing", x.missing);
  v("missing_value", x.missing_value), v("scale", x.scale);
  v("encode", x.encode), v("buckets", x.buckets);
  v("max_levels", x.max_levels), v("unknown", x.unknown), v("clip", x.clip);
  v("date_format", x.date_format), v("dates", x.dates);
}
template <class V>
void fields(V& v, Features& x) {
  v("include", x.include), v("exclude", x.exclude), v("id", x.id);
  v("weight", x.weight);
}
template <class V>
void fields(V& v, Layer& x) {
  v("type", x.type), v("units", x.units), v("bias", x.bias);
  v("rate", x.rate), v("init", x.init), v("size", x.size);
  v("stride", x.stride), v("padding", x.padding), v("pad", x.pad);
  v("groups", x.groups), v("momentum", x.momentum);
  v("epsilon", x.epsilon), v("times", x.times);
  v("branches", x.branches);
}
template <class V>
void fields(V& v, ImageSize& x) {
  v("height", x.height), v("width", x.width), v("channels", x.channels);
}
template <class V>
void fields(V& v, NetSpec& x) {
  v("layers", x.layers), v("input", x.input), v("init", x.init);
  v("loss", x.loss), v("huber_delta", x.huber_delta);
  v("label_smoothing", x.label_smoothing);
}
template <class V>
void fields(V& v, RidgeSpec& x) {
  v("lambda", x.lambda), v("intercept", x.intercept);
}
template <class V>
void fields(V& v, BaselineSpec& x) {
  v("strategy", x.strategy);
}
template <class V>
void fields(V& v, LogisticSpec& x) {
  v("lambda", x.lambda), v("max_iter", x.max_iter), v("tol", x.tol);
}
template <class V>
void fields(V& v, LinearSvmSpec& x) {
  v("c", x.c);
}
template <class V>
void fields(V& v, KnnSpec& x) {
  v("k", x.k), v("weights", x.weights);
}
template <class V>
void fields(V&, NaiveBayesSpec&) {}
template <class V, class Word>
void fields(V& v, NumberOr<Word>& x) {
  v("word", x.word), v("number", x.number);
}
template <class V>
void fields(V& v, RandomForestSpec& x) {
  v("trees", x.trees), v("feature_fraction", x.feature_fraction);
  v("min_leaf", x.min_leaf), v("max_depth", x.max_depth);
  v("bootstrap", x.bootstrap);
}
template <class V>
void fields(V& v, BoostedTreesSpec& x) {
  v("trees", x.trees), v("learning_rate", x.learning_rate);
  v("max_depth", x.max_depth), v("min_child_weight", x.min_child_weight);
  v("subsample", x.subsample), v("colsample", x.colsample);
  v("l1", x.l1), v("l2", x.l2), v("gamma", x.gamma), v("bins", x.bins);
  v("monotone", x.monotone);
}
template <class V>
void fields(V& v, KernelSpec& x) {
  v("type", x.type), v("gamma", x.gamma), v("degree", x.degree);
  v("coef0", x.coef0), v("cache", x.cache);
}
template <class V>
void fields(V& v, SvmSpec& x) {
  v("c", x.c), v("kernel", x.kernel), v("multiclass", x.multiclass);
  v("probability", x.probability);
}
template <class V>
void fields(V& v, SvrSpec& x) {
  v("c", x.c), v("kernel", x.kernel), v("epsilon", x.epsilon);
}
template <class V>
void fields(V& v, KmeansSpec& x) {
  v("k", x.k), v("init", x.init), v("n_init", x.n_init);
  v("max_iter", x.max_iter), v("tol", x.tol);
}
template <class V>
void fields(V& v, Optimizer& x) {
  v("type", x.type), v("learning_rate", x.learning_rate);
  v("momentum", x.momentum), v("nesterov", x.nesterov);
  v("beta1", x.beta1), v("beta2", x.beta2), v("epsilon", x.epsilon);
  v("rho", x.rho), v("weight_decay", x.weight_decay);
}
template <class V>
void fields(V& v, TrainSpan& x) {
  v("unit", x.unit), v("count", x.count);
}
template <class V>
void fields(V& v, Schedule& x) {
  v("type", x.type), v("warmup", x.warmup), v("every", x.every);
  v("gamma", x.gamma), v("decay", x.decay), v("factor", x.factor);
  v("patience", x.patience), v("min_rate", x.min_rate);
}
template <class V>
void fields(V& v, CheckpointRule& x) {
  v("every", x.every), v("keep", x.keep);
}
template <class V>
void fields(V& v, ModelRef& x) {
  v("name", x.name), v("digest", x.digest), v("bytes", x.bytes);
}
template <class V>
void fields(V& v, OnNan& x) {
  v("type", x.type), v("factor", x.factor), v("max", x.max);
}
template <class V>
void fields(V& v, ClassWeights& x) {
  v("type", x.type), v("weights", x.weights);
}
template <class V>
void fields(V& v, EarlyStop& x) {
  v("metric", x.metric), v("patience", x.patience);
  v("min_delta", x.min_delta);
}
template <class V>
void fields(V& v, TrainSpec& x) {
  v("epochs", x.epochs), v("steps", x.steps), v("time", x.time);
  v("batch_size", x.batch_size), v("optimizer", x.optimizer);
  v("schedule", x.schedule), v("clip_norm", x.clip_norm), v("l1", x.l1);
  v("l2", x.l2), v("class_weights", x.class_weights);
  v("threads", x.threads), v("validate_every", x.validate_every);
  v("checkpoint", x.checkpoint), v("init_from", x.init_from);
  v("on_nan", x.on_nan);
  v("shuffle", x.shuffle);
  v("early_stop_mode", x.early_stop_mode), v("early_stop", x.early_stop);
}
template <class V>
void fields(V& v, Bootstrap& x) {
  v("samples", x.samples), v("ci", x.ci);
}
template <class V>
void fields(V& v, Importance& x) {
  v("type", x.type), v("repeats", x.repeats);
}
template <class V>
void fields(V& v, EvaluateSpec& x) {
  v("model", x.model), v("bootstrap", x.bootstrap), v("slices", x.slices);
  v("importance", x.importance);
}
template <class V>
void fields(V& v, PredictSpec& x) {
  v("model", x.model), v("format", x.format);
  v("probabilities", x.probabilities), v("id", x.id), v("input", x.input);
}
template <class V>
void fields(V& v, JobSpec& x) {
  v("kind", x.kind), v("name", x.name), v("description", x.description);
  v("tags", x.tags), v("labels", x.labels), v("seed", x.seed);
  v("resources", x.resources), v("retry", x.retry), v("require", x.require);
  v("keep", x.keep), v("data", x.data), v("csv", x.csv);
  v("columns", x.columns), v("target", x.target);
  v("target_transform", x.target_transform), v("task", x.task);
  v("positive", x.positive), v("features", x.features), v("model", x.model);
  v("pca", x.pca);
  v("train", x.train), v("evaluate", x.evaluate), v("predict", x.predict);
  v("metrics", x.metrics);
}

// ---- job/state.h ----
template <class V>
void fields(V& v, Attempt& x) {
  v("job", x.job), v("number", x.number);
}
template <class V>
void fields(V& v, GateResult& x) {
  v("metric", x.metric), v("condition", x.condition);
  v("value", x.value), v("passed", x.passed);
}
template <class V>
void fields(V& v, Artefact& x) {
  v("name", x.name), v("file", x.file), v("bytes", x.bytes);
  v("digest", x.digest);
}
template <class V>
void fields(V& v, Outcome& x) {
  v("success", x.success), v("failure", x.failure), v("reason", x.reason);
  v("exit_code", x.exit_code), v("signal", x.signal);
  v("peak_memory", x.peak_memory), v("metrics", x.metrics);
  v("gates", x.gates), v("warnings", x.warnings);
  v("artefacts", x.artefacts), v("exact", x.exact);
}
template <class V>
void fields(V& v, Point& x) {
  v("epoch", x.epoch), v("epochs", x.epochs), v("step", x.step);
  v("elapsed", x.elapsed), v("metrics", x.metrics);
}
template <class V>
void fields(V& v, LogPiece& x) {
  v("stream", x.stream), v("offset", x.offset), v("text", x.text);
}
template <class V>
void fields(V& v, CheckpointMark& x) {
  v("epoch", x.epoch), v("step", x.step), v("file", x.file);
  v("bytes", x.bytes), v("digest", x.digest);
}
template <class V>
void fields(V& v, Item& x) {
  v("number", x.number), v("time", x.time), v("type", x.type);
  v("point", x.point), v("log", x.log), v("message", x.message);
  v("checkpoint", x.checkpoint);
}
template <class V>
void fields(V& v, Live& x) {
  v("stage", x.stage), v("epoch", x.epoch), v("epochs", x.epochs);
  v("step", x.step), v("fraction", x.fraction), v("eta", x.eta_seconds);
  v("rows_per_second", x.rows_per_second), v("memory", x.memory);
}

// ---- job/record.h ----
template <class V>
void fields(V& v, Envelope& x) {
  v("kind", x.kind), v("name", x.name), v("description", x.description);
  v("tags", x.tags), v("labels", x.labels), v("priority", x.priority);
  v("seed", x.seed), v("data", x.data), v("resources", x.resources);
  v("retry", x.retry), v("digests", x.digests), v("retry_of", x.retry_of);
}
template <class V>
void fields(V& v, AttemptRow& x) {
  v("number", x.number), v("worker", x.worker), v("session", x.session);
  v("host", x.host), v("pid", x.pid), v("started", x.started);
  v("ended", x.ended), v("items", x.items);
  v("resumed_from", x.resumed_from), v("lost", x.lost);
  v("has_outcome", x.has_outcome), v("outcome", x.outcome);
}
template <class V>
void fields(V& v, JobRow& x) {
  v("id", x.id), v("owner", x.owner), v("submit_digest", x.submit_digest);
  v("idempotency_key", x.idempotency_key), v("document", x.document);
  v("envelope", x.envelope), v("state", x.state);
  v("cancel_asked", x.cancel_asked), v("order", x.order);
  v("events", x.events), v("points", x.points), v("retries", x.retries);
  v("not_before", x.not_before), v("submitted", x.submitted);
  v("started", x.started), v("ended", x.ended);
  v("last_point", x.last_point), v("checkpoint", x.checkpoint);
  v("failure", x.failure);
  v("reason", x.reason), v("attempts", x.attempts);
}
template <class V>
void fields(V& v, EventRow& x) {
  v("job", x.job), v("number", x.number), v("attempt", x.attempt);
  v("time", x.time), v("type", x.type), v("state", x.state);
  v("point", x.point), v("log", x.log), v("text", x.text);
}

// ---- job/messages.h ----
template <class V>
void fields(V& v, Session& x) {
  v("peer", x.peer), v("counter", x.counter), v("nonce", x.nonce);
}
template <class V>
void fields(V& v, Header& x) {
  v("store", x.store), v("timeline", x.timeline), v("epoch", x.epoch);
  v("session", x.session), v("n", x.n), v("seen", x.seen);
}
template <class V>
void fields(V& v, Ping& x) {
  v("build", x.build);
}
template <class V>
void fields(V& v, Submit& x) {
  v("job", x.job), v("envelope", x.envelope), v("spec", x.spec);
  v("source", x.source), v("idempotency_key", x.idempotency_key);
  v("document", x.document);
}
template <class V>
void fields(V& v, Cancel& x) {
  v("job", x.job);
}
template <class V>
void fields(V& v, Watch& x) {
  v("job", x.job), v("next", x.next), v("upto", x.upto);
  v("filter", x.filter);
}
template <class V>
void fields(V& v, Have& x) {
  v("digests", x.digests);
}
template <class V>
void fields(V& v, ListJobs& x) {
  v("prefix", x.prefix), v("name", x.name), v("states", x.states);
  v("tag", x.tag), v("before_order", x.before_order), v("limit", x.limit);
  v("ended_since", x.ended_since);
}
template <class V>
void fields(V& v, GetJobs& x) {
  v("jobs", x.jobs);
}
template <class V>
void fields(V& v, GetSpec& x) {
  v("job", x.job);
}
template <class V>
void fields(V&, ListWorkers&) {}
template <class V>
void fields(V& v, FindBlobs& x) {
  v("digests", x.digests);
}
template <class V>
void fields(V& v, RemoveBlobs& x) {
  v("digests", x.digests);
}
template <class V>
void fields(V& v, Welcome& x) {
  v("build", x.build), v("broker_pid", x.broker_pid);
  v("machine", x.machine), v("transfer", x.transfer);
  v("blob_dir", x.blob_dir), v("workers", x.workers), v("slots", x.slots);
  v("queued", x.queued), v("running", x.running);
}
template <class V>
void fields(V& v, Accepted& x) {
  v("asked", x.asked), v("job", x.job);
}
template <class V>
void fields(V& v, Refused& x) {
  v("job", x.job), v("code", x.code), v("text", x.text);
}
template <class V>
void fields(V& v, NeedBlobs& x) {
  v("job", x.job), v("digests", x.digests);
}
template <class V>
void fields(V& v, CancelTaken& x) {
  v("job", x.job), v("state", x.state);
}
template <class V>
void fields(V& v, Events& x) {
  v("job", x.job), v("first", x.first), v("next", x.next);
  v("state", x.state), v("events", x.events), v("live", x.live);
}
template <class V>
void fields(V& v, JobView& x) {
  v("row", x.row), v("live", x.live), v("waiting", x.waiting);
}
template <class V>
void fields(V& v, Jobs& x) {
  v("jobs", x.jobs), v("next_before", x.next_before);
  v("unknown", x.unknown);
}
template <class V>
void fields(V& v, SpecText& x) {
  v("job", x.job), v("spec", x.spec), v("source", x.source);
}
template <class V>
void fields(V& v, WorkerView& x) {
  v("id", x.id), v("name", x.name), v("host", x.host), v("pid", x.pid);
  v("state", x.state), v("slots", x.slots), v("busy", x.busy);
  v("labels", x.labels), v("last_seen", x.last_seen_seconds);
  v("jobs", x.jobs);
}
template <class V>
void fields(V& v, Workers& x) {
  v("workers", x.workers);
}
template <class V>
void fields(V& v, Blobs& x) {
  v("found", x.found);
}
template <class V>
void fields(V& v, BlobsRemoved& x) {
  v("removed", x.removed), v("needed", x.needed);
}
template <class V>
void fields(V& v, HeldAttempt& x) {
  v("attempt", x.attempt), v("pid", x.pid), v("items", x.items);
  v("resumed_from", x.resumed_from), v("live", x.live);
}
template <class V>
void fields(V& v, EndedAttempt& x) {
  v("attempt", x.attempt), v("items", x.items);
}
template <class V>
void fields(V& v, Heartbeat& x) {
  v("name", x.name), v("host", x.host), v("pid", x.pid);
  v("build", x.build), v("slots", x.slots), v("memory", x.memory);
  v("labels", x.labels), v("full", x.full), v("draining", x.draining);
  v("held", x.held), v("ended", x.ended);
}
template <class V>
void fields(V& v, Progress& x) {
  v("attempt", x.attempt), v("items", x.items);
}
template <class V>
void fields(V& v, Finished& x) {
  v("attempt", x.attempt), v("outcome", x.outcome);
  v("last_item", x.last_item);
}
template <class V>
void fields(V& v, Start& x) {
  v("attempt", x.attempt), v("envelope", x.envelope), v("spec", x.spec);
  v("checkpoint", x.checkpoint);
}
template <class V>
void fields(V& v, Kill& x) {
  v("attempt", x.attempt), v("reason", x.reason);
}
template <class V>
void fields(V& v, ProgressTaken& x) {
  v("attempt", x.attempt), v("upto", x.upto);
}
template <class V>
void fields(V& v, Need& x) {
  v("attempt", x.attempt), v("from_item", x.from_item);
  v("digests", x.digests);
}
template <class V>
void fields(V& v, Taken& x) {
  v("attempt", x.attempt);
}
template <class V>
void fields(V& v, Superseded& x) {
  v("counter", x.counter);
}
template <class V>
void fields(V&, WorkerPing&) {}

}  // namespace mlb::wire
