{
  "targets": [
    {
      "target_name": "clusrpc",
      "type": "none"
    }
  ]
}
