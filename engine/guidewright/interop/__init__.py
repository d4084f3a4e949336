"""Other tools' formats: a workflow as SCXML or BPMN 2.0, and a workflow out of BPMN."""
