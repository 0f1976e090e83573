"""Jobs, work orders and results of every kind, for hypothesis."""

from datetime import datetime, timezone

from hypothesis import strategies as st

from esi_fetch.model.callback import Callback
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import CallbackError, ErrorInfo, Result, Source, State

finite = st.floats(allow_nan=False, allow_infinity=False)
filled_text = st.text(min_size=1).filter(str.strip)
scalars = st.none() | st.booleans() | st.integers() | finite | st.text()
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
mappings = st.dictionaries(st.text(), json_values, max_size=3)
counts = st.dictionaries(st.text(), st.integers(0), max_size=3)
moments = st.datetimes(min_value=datetime(2003, 5, 6), timezones=st.just(timezone.utc))  # noqa: DTZ001

callbacks = st.one_of(
    st.builds(Callback, st.just("keep_any"), mappings.filter(lambda kwargs: "path" not in kwargs)),
    st.builds(Callback, st.just("keep_file"), st.fixed_dictionaries({"path": st.text()})),
)

results = st.builds(
    Result,
    state=st.sampled_from(State),
    source=st.none() | st.sampled_from(Source),
    error=st.none()
    | st.builds(
        ErrorInfo,
        type=st.text(),
        message=st.text(),
        status=st.none() | st.integers(100, 599),
        attempts=st.integers(0, 9),
        url=st.none() | st.text(),
        ended_at=st.none() | moments,
    ),
    status=st.none() | st.integers(100, 599),
    complete=st.booleans(),
    pages=st.integers(0, 500),
    sources=counts,
    snapshot_at=st.none() | moments,
    fetched_at=st.none() | moments,
    expires_at=st.none() | moments,
    attempts=st.integers(0, 9),
    requests=st.integers(0, 999),
    retries=st.integers(0, 9),
    tokens=counts,
    waited_s=st.floats(0, 1e6),
    waits=st.dictionaries(st.text(), st.floats(0, 1e6), max_size=3),
    resumed=st.booleans(),
    skipped=st.booleans(),
    elapsed_s=st.floats(0, 1e6),
    outputs=st.lists(st.text(), max_size=2).map(tuple),
    callback_errors=st.lists(st.builds(CallbackError, st.text(), st.text(), st.text()), max_size=2).map(
        tuple
    ),
    payload=json_values.map(LazyData.of),
)

jobs = st.builds(
    Job,
    op_id=filled_text,
    parameters=mappings,
    callbacks=st.lists(callbacks, max_size=2).map(tuple),
    name=st.text(),
    description=st.text(),
    id=st.text(),
    attributes=mappings,
    character=st.none() | st.integers() | filled_text,
    since_last=st.booleans(),
    until=st.none() | st.integers() | st.integers(0, 10**19 - 1).map(str),
    max_records=st.none() | st.integers(1),
)
finished_jobs = st.builds(Job.with_result, jobs, st.none() | results)

work_orders = st.builds(
    WorkOrder,
    jobs=st.lists(jobs, max_size=3).map(tuple),
    name=st.text(),
    description=st.text(),
    id=st.text(),
    output_path=st.text(),
    attributes=mappings,
)
