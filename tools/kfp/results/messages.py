"""The messages of ML Metadata that are read here, with the wire numbers of its `metadata_store.proto` and `..._service.proto`.

Its own package holds protobuf back to version 4 and is therefore no dependency; what is not named here is skipped in reading.
"""

from functools import cache
from typing import Any

_PACKAGE = "mlops_swarm.ml_metadata"
_MESSAGES = {
    "Value": "int_value int64 1, double_value double 2, string_value string 3, struct_value Struct 4, bool_value bool 6",
    "Artifact": "id int64 1, uri string 3, properties Value{} 4, custom_properties Value{} 5, type string 8",
    "Execution": "id int64 1, last_known_state int32 3, properties Value{} 4, custom_properties Value{} 5, type string 7,"
    " create_time_since_epoch int64 8",
    "Context": "id int64 1, name string 3, properties Value{} 4, custom_properties Value{} 5, type string 6",
    "PathStep": "key string 2",
    "Path": "steps PathStep[] 1",
    "Event": "artifact_id int64 1, execution_id int64 2, path Path 3, type int32 4",
    "OrderByField": "field int32 1, is_asc bool 2",
    "ListOperationOptions": "max_result_size int32 1, order_by_field OrderByField 2, next_page_token string 3",
    "GetContextByTypeAndNameRequest": "type_name string 1, context_name string 2",
    "GetContextByTypeAndNameResponse": "context Context 1",
    "GetContextsByExecutionRequest": "execution_id int64 1",
    "GetContextsByExecutionResponse": "contexts Context[] 1",
    "GetParentContextsByContextRequest": "context_id int64 1",
    "GetParentContextsByContextResponse": "contexts Context[] 1",
    "GetExecutionsByContextRequest": "context_id int64 1, options ListOperationOptions 2",
    "GetExecutionsByContextResponse": "executions Execution[] 1, next_page_token string 2",
    "GetExecutionsByIDRequest": "execution_ids int64[] 1",
    "GetExecutionsByIDResponse": "executions Execution[] 1",
    "GetEventsByExecutionIDsRequest": "execution_ids int64[] 1",
    "GetEventsByExecutionIDsResponse": "events Event[] 1",
    "GetArtifactsByURIRequest": "uris string[] 2",
    "GetArtifactsByURIResponse": "artifacts Artifact[] 1",
    "GetEventsByArtifactIDsRequest": "artifact_ids int64[] 1",
    "GetEventsByArtifactIDsResponse": "events Event[] 1",
    "GetArtifactsByIDRequest": "artifact_ids int64[] 1",
    "GetArtifactsByIDResponse": "artifacts Artifact[] 1",
}
"""By message: name, type and number of its fields; `[]` is repeated, `{}` a map by text. Enumerations are read as numbers."""


@cache
def message(name: str) -> Any:
    """The class of a message."""
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.{name}"))


@cache
def _pool() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool, struct_pb2

    file = descriptor_pb2.FileDescriptorProto(name="mlops_swarm/ml_metadata.proto", package=_PACKAGE, syntax="proto2")
    file.dependency.append(struct_pb2.DESCRIPTOR.name)
    for name, fields in _MESSAGES.items():
        described = file.message_type.add(name=name)
        for field in fields.split(", "):
            _add_field(described, *field.split())
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _add_field(described: Any, name: str, kind: str, number: str) -> None:
    repeated = kind.endswith(("[]", "{}"))
    field = described.field.add(name=name, number=int(number), label="LABEL_REPEATED" if repeated else "LABEL_OPTIONAL")
    if kind.endswith("{}"):
        entry = described.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
        entry.options.map_entry = True
        _add_field(entry, "key", "string", "1")
        _add_field(entry, "value", kind[:-2], "2")
        field.type, field.type_name = "TYPE_MESSAGE", f".{_PACKAGE}.{described.name}.{entry.name}"
        return
    kind = kind.removesuffix("[]")
    if kind[0].isupper():
        field.type, field.type_name = "TYPE_MESSAGE", ".google.protobuf.Struct" if kind == "Struct" else f".{_PACKAGE}.{kind}"
    else:
        field.type = f"TYPE_{kind.upper()}"
