# Only the built-in terraform_data resource: nothing has to be downloaded.
# The provisioner asks STS, from inside terraform, which role is at work.
resource "terraform_data" "caller" {
  triggers_replace = timestamp()
  provisioner "local-exec" {
    command = "echo \"terraform runs as $(aws sts get-caller-identity --query Arn --output text)\""
  }
}

variable "stage" { type = string }
variable "region" { type = string }
variable "tenant" { type = string }
variable "environment" { type = string }
variable "replicas" { type = number }

resource "terraform_data" "service" {
  input = { replicas = var.replicas, stage = var.stage }
}

output "service" { value = terraform_data.service.output }
